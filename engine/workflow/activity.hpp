#pragma once
// An activity as a workflow author sees it: a typed handle. Declared once, `constexpr`, beside its input and
// output:
//
//   struct SmsRequest { std::string to; std::string body; };
//   BOOST_DESCRIBE_STRUCT(SmsRequest, (), (to, body))
//   inline constexpr durable::Activity<SmsRequest, SmsReceipt> send_sms{
//       "send_sms", {.start_to_close = 30s, .maximum_attempts = 5, .delivery =
//       durable::Delivery::at_most_once}};
//
// The worker binds an implementation to the handle (engine/worker/activities.hpp). Passing the wrong type to
// Workflow::run does not compile.

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/workflow/retry.hpp"
#include "engine/workflow/time.hpp"

namespace durable {

/// What may happen when an attempt's outcome is not known (its worker died, or the vendor's answer was lost).
enum class Delivery : std::uint8_t {
    at_least_once,  ///< it is tried again: the effect must be idempotent (vendor key, or keyed rows)
    at_most_once,   ///< its reconcile hook looks for the effect first; not proven absent -> ends *unknown*,
                    ///< listed
};
BOOST_DESCRIBE_ENUM(Delivery, at_least_once, at_most_once)

/// What a cancelled await of an activity or a child does (reference: Temporal's cancellation types).
enum class CancellationType : std::uint8_t {
    try_cancel,      ///< ask it to stop; the await ends at once
    wait_cancelled,  ///< ask it to stop; the await ends when it has, whatever its outcome
    abandon,         ///< it is left alone; the await ends at once
};
BOOST_DESCRIBE_ENUM(CancellationType, try_cancel, wait_cancelled, abandon)

/// Defaults of an activity, literal so that handles can be constexpr. Zero durations mean "not given".
/// Either schedule_to_close or start_to_close must be given (here or at the call): otherwise the activation
/// fails.
struct ActivityDefaults {
    Duration schedule_to_close{
        0};  ///< from first schedule to final result, across all retries; never retried
    Duration schedule_to_start{0};  ///< from becoming available to being picked up; never retried
    Duration start_to_close{0};     ///< one attempt; retried by the policy
    Duration heartbeat{0};          ///< between signs of life of one attempt; retried by the policy
    Duration initial_interval = std::chrono::seconds{1};
    double backoff_coefficient = 2.0;
    Duration maximum_interval{0};
    int maximum_attempts = 0;
    Delivery delivery = Delivery::at_least_once;
};

/// A limit that all activities with the same key share, in the whole system, whatever their workflow or
/// worker. The newest call's figures count. Zero: not limited in that respect.
struct ActivityLimit {
    static constexpr bool defaults_allowed = true;
    std::string key;        ///< required, at most 200 bytes: "tenant-9", "twilio"
    int concurrency = 0;    ///< attempts that run at once
    double per_second = 0;  ///< attempts that start in a second, in the long run
    int burst = 1;          ///< how many of them may start at the same moment

    bool operator==(const ActivityLimit&) const = default;
};

/// A local activity's retry that is due this soon waits in the worker that holds the run.
inline constexpr Duration local_patience = std::chrono::seconds{5};

/// Options of one call: the handle's defaults with what the caller changed. Recorded in history.
struct ActivityOptions {
    Duration schedule_to_close{0};
    Duration schedule_to_start{0};
    Duration start_to_close{0};
    Duration heartbeat{0};
    RetryPolicy retry{};
    Delivery delivery = Delivery::at_least_once;
    CancellationType cancellation = CancellationType::try_cancel;
    /// Empty: the queue of the workflow.
    std::string queue{};
    /// 1 goes first, 5 last, among the activities that wait for a slot in their queue.
    int priority = 3;
    std::optional<ActivityLimit> limit{};
    /// Set by Workflow::local, see there.
    bool local = false;
    static constexpr bool defaults_allowed = true;

    bool operator==(const ActivityOptions&) const = default;
};

/// The handle. `name` must be unique in the program and stable for ever: it is in histories.
template <class Input, class Output>
struct Activity {
    using input_type = Input;
    using output_type = Output;

    std::string_view name;
    ActivityDefaults defaults;

    /// The options as values, ready to be changed for one call:
    ///   auto options = send_sms.options(); options.retry.maximum_attempts = 1;
    [[nodiscard]] ActivityOptions options() const { return options_of(defaults); }

  private:
    [[nodiscard]] static ActivityOptions options_of(const ActivityDefaults& defaults);
};

/// The defaults of a declaration as options of a call.
[[nodiscard]] ActivityOptions make_options(const ActivityDefaults& defaults);

template <class Input, class Output>
ActivityOptions Activity<Input, Output>::options_of(const ActivityDefaults& defaults) {
    return make_options(defaults);
}

}  // namespace durable
