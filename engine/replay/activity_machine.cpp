#include "engine/replay/activity_machine.hpp"

#include <algorithm>
#include <utility>

namespace durable::replay {
namespace {

std::string problem_with(const ActivityLimit& limit) {
    constexpr std::size_t key_bytes_max = 200;
    if (limit.key.empty() || limit.key.size() > key_bytes_max)
        return "a limit whose key has not 1 to 200 bytes";
    if (limit.concurrency < 0) return "a limit with a negative concurrency";
    if (!(limit.per_second >= 0) || limit.per_second > 1e9) return "a limit with an impossible per_second";
    return limit.burst < 1 ? "a limit with a burst below 1" : "";
}

std::string problem_with(const ActivityOptions& options) {
    const RetryPolicy& retry = options.retry;
    const std::array times{options.schedule_to_close, options.schedule_to_start, options.start_to_close,
                           options.heartbeat, retry.maximum_interval};
    if (std::ranges::any_of(times, [](Duration time) { return time < Duration::zero(); })) {
        return "a negative time-out";
    }
    if (options.schedule_to_close == Duration::zero() && options.start_to_close == Duration::zero()) {
        return "neither schedule_to_close nor start_to_close: give one of them, on the handle or at the call";
    }
    if (retry.initial_interval <= Duration::zero()) return "a retry policy without initial_interval";
    if (!(retry.backoff_coefficient >= 1.0)) return "a backoff_coefficient below 1";
    if (retry.maximum_attempts < 0) return "a negative maximum_attempts";
    if (options.priority < 1 || options.priority > 5) return "a priority that is not 1 (first) to 5 (last)";
    const bool leaves = options.limit || !options.queue.empty() || options.heartbeat != Duration::zero();
    if (options.local && leaves) return "a queue, a limit or a heartbeat although it is local";
    return options.limit ? problem_with(*options.limit) : "";
}

/// The smaller of the two that are given; zero means not given.
Duration capped(Duration time, Duration limit) {
    if (limit == Duration::zero()) return time;
    return time == Duration::zero() ? limit : std::min(time, limit);
}

}  // namespace

std::variant<ActivityOptions, std::string> normalise(ActivityOptions options, Duration run_timeout) {
    if (std::string problem = problem_with(options); !problem.empty()) return problem;
    options.schedule_to_close = capped(options.schedule_to_close, run_timeout);
    options.schedule_to_start = capped(options.schedule_to_start, options.schedule_to_close);
    options.start_to_close = capped(options.start_to_close, options.schedule_to_close);
    if (options.heartbeat != Duration::zero())
        options.heartbeat = capped(options.heartbeat, options.start_to_close);
    return options;
}

// --- one activity ----------------------------------------------------------------------------------------

class ActivityMachine::ScheduledActivity final : public detail::Operation {
  public:
    ScheduledActivity(Commands& commands, history::ActivityScheduled command, std::source_location where)
        : Operation(where),
          commands_(commands),
          command_(std::make_shared<const history::ActivityScheduled>(std::move(command))) {}

    void scheduled_as(EventId id) {
        id_ = id;
        scheduled_at_ = commands_.time();
    }
    [[nodiscard]] const history::ActivityScheduled& command() const noexcept { return *command_; }
    [[nodiscard]] PendingActivity pending() const {
        return {id_, scheduled_at_, command_, cancel_requested_};
    }
    [[nodiscard]] std::size_t memory_estimate() const {
        return sizeof *this + sizeof *command_ + command_->input.json.size();
    }

    void complete(const Payload& result) { finish_with(result); }
    void fail(const Failure& failure) { finish_with(failure); }

    void cancel(const std::string& reason) override {
        if (resolved()) return;
        const CancellationType type = command_->options.cancellation;
        if (type != CancellationType::abandon && !std::exchange(cancel_requested_, true)) {
            commands_.issue(history::ActivityCancelRequested{id_}, called_at());
        }
        if (type == CancellationType::wait_cancelled) return;
        Failure failure{.kind = FailureKind::canceled, .message = reason, .retryable = false};
        failure.activity = command_->type;
        failure.activity_id = id_;
        resolve(std::move(failure));
    }
    [[nodiscard]] std::string describe() const override {
        return "activity " + command_->type + " (event " + std::to_string(id_.value) + ')';
    }

  private:
    template <class Outcome>
    void finish_with(const Outcome& outcome) {
        if (!resolved()) resolve(outcome);
    }

    Commands& commands_;
    std::shared_ptr<const history::ActivityScheduled> command_;  ///< shared with whoever runs it
    EventId id_;
    Timestamp scheduled_at_;
    bool cancel_requested_ = false;
};

// --- all of them -----------------------------------------------------------------------------------------

std::shared_ptr<detail::Operation> ActivityMachine::schedule(detail::ActivityCall call,
                                                             Duration run_timeout) {
    std::variant<ActivityOptions, std::string> options = normalise(std::move(call.options), run_timeout);
    if (const auto* problem = std::get_if<std::string>(&options)) {
        commands_.block(Blocked::Kind::invalid_command,
                        "activity " + call.type + " at " + source_text(call.where) + " has " + *problem);
        options = ActivityOptions{};
    }
    history::ActivityScheduled command{.type = std::move(call.type),
                                       .input = std::move(call.input),
                                       .options = std::get<ActivityOptions>(std::move(options)),
                                       .source = commands_.replaying() ? "" : source_text(call.where)};
    auto activity = std::make_shared<ScheduledActivity>(commands_, std::move(command), call.where);
    const EventId id = commands_.issue(activity->command(), call.where);
    activity->scheduled_as(id);
    pending_.emplace_hint(pending_.end(), id, activity);
    return activity;
}

void ActivityMachine::completed(const history::ActivityCompleted& event) {
    const auto node = pending_.extract(event.scheduled);
    if (node) node.mapped()->complete(event.result);
}

void ActivityMachine::failed(const history::ActivityFailed& event) {
    const auto node = pending_.extract(event.scheduled);
    if (node) node.mapped()->fail(event.failure);
}

std::vector<PendingActivity> ActivityMachine::pending() const {
    std::vector<PendingActivity> pending;
    pending.reserve(pending_.size());
    for (const auto& [id, activity] : pending_) pending.push_back(activity->pending());
    return pending;
}

std::size_t ActivityMachine::memory_estimate() const {
    std::size_t bytes = 0;
    for (const auto& [id, activity] : pending_) bytes += activity->memory_estimate();
    return bytes;
}

}  // namespace durable::replay
