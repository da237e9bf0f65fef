#pragma once
// Schedules for operators and programs: declare, look, pause, run now, run the past. Each verb opens, commits
// and retries a transaction of its own. Thread-safe. All throw store::StoreUnavailable when the database
// stays away, and NotFound for an id that no schedule has.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/client/client.hpp"
#include "engine/store/schedules.hpp"

namespace durable::client {

using store::ScheduleChanges;
using store::ScheduleDecision;
using store::ScheduleFate;
using store::ScheduleInfo;

class ScheduleClient {
  public:
    explicit ScheduleClient(const ClientOptions& options);
    ~ScheduleClient();
    ScheduleClient(const ScheduleClient&) = delete;
    ScheduleClient& operator=(const ScheduleClient&) = delete;

    // Inputs are sealed by the options' payload settings on their way into rows; those that cannot be read
    // here (ScheduleInfo::unreadable) stay as they are unless another one is given.
    /// See store::apply_schedules. Throws schedule::ScheduleError, store::PayloadTooLarge.
    ScheduleChanges apply(std::span<const ScheduleSpec> specs);
    /// False: there is one of that id, and it is another one. Throws schedule::ScheduleError.
    bool create(const ScheduleSpec& spec);
    /// See store::update_schedule.
    store::ScheduleUpdate update(const ScheduleSpec& spec,
                                 std::optional<std::int64_t> revision = std::nullopt);
    [[nodiscard]] std::vector<ScheduleInfo> list();
    [[nodiscard]] ScheduleInfo describe(const std::string& id);

    /// What passes during a pause is not made up for; what waits already goes on waiting. `note` says why, to
    /// people.
    void pause(const std::string& id, const std::string& note);
    /// `note` replaces the one of the pause.
    void unpause(const std::string& id, const std::string& note = {});
    /// The runs it has started go on.
    void remove(const std::string& id);

    /// One run now, named after this moment, even if the schedule is paused; `overlap` instead of the
    /// schedule's policy.
    ScheduleDecision trigger(const std::string& id, std::optional<OverlapPolicy> overlap = std::nullopt);
    /// Runs for the nominal times of [from, until), even if the schedule is paused, however old they are; a
    /// nominal time that has had its run does not get another one. Returns how many nominal times were put in
    /// line. Throws std::invalid_argument if more than 1,000 would wait.
    std::size_t backfill(const std::string& id, Timestamp from, Timestamp until,
                         OverlapPolicy overlap = OverlapPolicy::buffer_all);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// The next `count` nominal times of a schedule that is not over, as if it were not paused.
[[nodiscard]] std::vector<Timestamp> next_times(const ScheduleInfo& schedule, std::size_t count);

}  // namespace durable::client
