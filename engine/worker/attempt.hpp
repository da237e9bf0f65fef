#pragma once
// One attempt of one activity on its way through the worker: what to run, how to stop it, and what came of
// it.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "engine/replay/history.hpp"
#include "engine/store/types.hpp"
#include "engine/worker/activities.hpp"
#include "engine/worker/slots.hpp"

namespace durable::worker {

/// Names an attempt in this process.
using AttemptId = StrongId<struct AttemptIdTag, std::uint64_t>;

/// The owner's hold on a running attempt: to stop it, and to hear what it has come to. Thread-safe.
class AttemptControl {
  public:
    /// From the attempt: details of a sign of life. Cheap, however often: only the newest count.
    void note_details(Payload details) {
        const std::lock_guard lock{mutex_};
        details_ = std::move(details);
    }
    /// The newest details, if there are any that have not been taken yet.
    [[nodiscard]] std::optional<Payload> take_details() {
        const std::lock_guard lock{mutex_};
        return std::exchange(details_, std::nullopt);
    }
    /// The activity is asked to stop; what it answers counts.
    void ask_to_stop() { asked_.request_stop(); }
    /// Nobody waits for its answer any more: its waits are broken off.
    void abandon() {
        asked_.request_stop();
        abandoned_.request_stop();
    }
    [[nodiscard]] std::stop_token asked() const { return asked_.get_token(); }
    [[nodiscard]] std::stop_token abandoned() const { return abandoned_.get_token(); }

  private:
    std::stop_source asked_;
    std::stop_source abandoned_;
    std::mutex mutex_;
    std::optional<Payload> details_;
};

/// Movable only: it holds its slot.
struct Attempt {
    AttemptId id;
    bool eager = true;
    store::WorkerNo worker;
    store::Fence fence;  ///< of the run if eager, else of the activity's row
    ActivityInfo info;
    std::shared_ptr<const history::ActivityScheduled> task;
    std::optional<Timestamp> close_by;
    Payload heartbeat_details;            ///< of the previous attempt
    std::optional<Failure> last_failure;  ///< of the previous attempt
    std::shared_ptr<AttemptControl> control;
    SlotLease slot;
    std::string subject{};  ///< the run's: whose key seals the result
    PayloadLimits payload_limits{};
};

/// What names an activity to vendors: the same for every attempt.
[[nodiscard]] std::string idempotency_key(RunId run, EventId activity);

/// An earlier attempt may have had its effect, one that nobody remembers included: reconcile before sending.
[[nodiscard]] bool must_reconcile(const Attempt& attempt);

struct AttemptOutcome {
    enum class Kind : std::uint8_t {
        completed,      ///< `result`
        failed,         ///< `failure`: known not to have had its effect, or safe to repeat
        unknown,        ///< at-most-once: it may have happened; `failure` says what was seen
        still_unknown,  ///< the reconcile hook could not tell either
        handed_out,     ///< to be completed from outside, by its token
        recorded,       ///< transactional: its completion is in the run's inbox
        lost,           ///< nothing was done: its fence is gone, or nobody waits for it any more
    };
    Kind kind = Kind::completed;
    Payload result;
    Failure failure;
    int attempt = 1;            ///< that spent the policy, this one included
    Payload heartbeat_details;  ///< last ones given
    Duration ran{};
};

/// What a runner reports, exactly once an attempt.
struct Settled {
    AttemptId id;
    RunId run;
    EventId activity;
    std::string type;
    AttemptOutcome outcome;
};
/// Called on a runner's thread, with those that have ended in one go; must not block.
using SettledSink = std::function<void(std::vector<Settled>)>;

/// Whoever runs attempts of one kind: threads in a worker, steps of a schedule in a simulation.
class AttemptRunner {
  public:
    AttemptRunner() = default;
    virtual ~AttemptRunner() = default;
    AttemptRunner(const AttemptRunner&) = delete;
    AttemptRunner& operator=(const AttemptRunner&) = delete;

    /// Thread-safe; does not wait.
    virtual void start(std::vector<Attempt> attempts, SettledSink settled) = 0;
};

}  // namespace durable::worker
