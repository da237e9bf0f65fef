#include "engine/replay/child_machine.hpp"

#include <algorithm>
#include <utility>

#include "engine/replay/lineage.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::replay {
namespace {

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

std::string problem_with(const ChildOptions& options) {
    constexpr std::size_t id_bytes_max = 1000;
    const std::string& id = options.workflow.value;
    if (id.empty()) return "no workflow id: give one in ChildOptions::workflow";
    if (id.size() > id_bytes_max) return "a workflow id of more than 1000 bytes";
    if (std::ranges::any_of(id, is_control)) return "a workflow id with control characters";
    if (to_valid_utf8(id) != id) return "a workflow id that is not UTF-8";
    if (options.run_timeout && *options.run_timeout <= Duration::zero()) return "a run_timeout of nothing";
    if (options.execution_timeout && *options.execution_timeout <= Duration::zero()) {
        return "an execution_timeout of nothing";
    }
    if (options.share) {
        if (std::string problem = problem_with(*options.share); !problem.empty()) return problem;
    }
    return problem_with(options.attributes);
}

history::ChildInitiated command_of(detail::ChildCall call) {
    history::ChildInitiated command;
    command.type = std::move(call.type);
    command.workflow_id = std::move(call.options.workflow.value);
    command.input = std::move(call.input);
    command.parent_close = call.options.parent_close;
    command.cancellation = call.options.cancellation;
    command.reuse = call.options.reuse;
    command.queue = std::move(call.options.queue);
    command.run_timeout = call.options.run_timeout;
    command.execution_timeout = call.options.execution_timeout;
    command.retry = std::move(call.options.retry);
    command.share = std::move(call.options.share);
    command.attributes = std::move(call.options.attributes);
    return command;
}

}  // namespace

// --- one child -------------------------------------------------------------------------------------------

/// What both stages of a child know of it.
struct ChildMachine::Facts {
    history::ChildInitiated command;
    EventId id{};
    Timestamp initiated_at{};
    bool acknowledged = false;
    bool cancel_requested = false;
};

/// The start of one child, or its end.
class ChildMachine::Stage final : public detail::Operation {
  public:
    Stage(Commands& commands, std::shared_ptr<Facts> facts, std::string_view what, std::source_location where)
        : Operation(where), commands_(commands), facts_(std::move(facts)), what_(what) {}

    void succeed(const Payload& result) { resolve(result); }
    void fail(const Failure& failure) { resolve(failure); }
    /// Cancelled, and waiting until the child has closed.
    [[nodiscard]] bool waits_for_close() const noexcept { return waits_for_close_; }

    /// The stage that hears of it first asks the child to stop.
    void cancel(const std::string& reason) override {
        if (resolved()) return;
        const CancellationType type = facts_->command.cancellation;
        if (type != CancellationType::abandon && !std::exchange(facts_->cancel_requested, true)) {
            commands_.issue(history::ChildCancelRequested{facts_->id}, called_at());
        }
        waits_for_close_ = type == CancellationType::wait_cancelled;
        if (waits_for_close_) return;
        resolve(Failure{.kind = FailureKind::canceled, .message = reason, .retryable = false});
    }
    [[nodiscard]] std::string describe() const override {
        return std::string{what_} + ' ' + facts_->command.type + " (event " +
               std::to_string(facts_->id.value) + ')';
    }

  private:
    Commands& commands_;
    std::shared_ptr<Facts> facts_;
    std::string_view what_;
    bool waits_for_close_ = false;
};

// --- all of them -----------------------------------------------------------------------------------------

detail::ChildOperations ChildMachine::start(detail::ChildCall call) {
    const std::source_location where = call.where;
    if (const std::string problem = problem_with(call.options); !problem.empty()) {
        commands_.block(Blocked::Kind::invalid_command,
                        "child " + call.type + " at " + source_text(where) + " has " + problem);
    }
    auto facts = std::make_shared<Facts>();
    facts->command = command_of(std::move(call));
    facts->command.run = run_of_next();
    if (!commands_.replaying()) facts->command.source = source_text(where);
    facts->id = commands_.issue(facts->command, where);
    facts->initiated_at = commands_.time();

    Child child{facts, std::make_shared<Stage>(commands_, facts, "start of child", where),
                std::make_shared<Stage>(commands_, facts, "child", where)};
    const detail::ChildOperations operations{child.started, child.ended, facts->command.run};
    pending_.insert_or_assign(facts->id, std::move(child));
    return operations;
}

/// On replay what was recorded, so that ids stay even if one day they are made in another way.
RunId ChildMachine::run_of_next() const {
    const history::Event* recorded = commands_.recorded_next();
    const auto* same = recorded != nullptr ? std::get_if<history::ChildInitiated>(recorded) : nullptr;
    return same != nullptr ? same->run : derived_run(run_, commands_.next_id(), commands_.time());
}

bool ChildMachine::is_pending(EventId initiated, const RunId& run) const {
    const auto found = pending_.find(initiated);
    return found != pending_.end() && (run == RunId{} || run == found->second.facts->command.run);
}

bool ChildMachine::is_starting(EventId initiated, const RunId& run) const {
    return is_pending(initiated, run) && !pending_.at(initiated).facts->acknowledged;
}

std::optional<ChildMachine::Child> ChildMachine::extract(EventId initiated, const RunId& run) {
    if (!is_pending(initiated, run)) return std::nullopt;
    return std::move(pending_.extract(initiated).mapped());
}

void ChildMachine::started(const history::ChildStarted& event) {
    if (!is_starting(event.initiated, event.run)) return;
    const Child& child = pending_.at(event.initiated);
    child.facts->acknowledged = true;
    if (!child.started->waits_for_close()) child.started->succeed(Payload{});
}

void ChildMachine::start_failed(const history::ChildStartFailed& event) {
    if (!is_starting(event.initiated, event.run)) return;
    const std::optional<Child> child = extract(event.initiated, event.run);
    Failure failure{.kind = FailureKind::child, .message = "it was not started", .retryable = false};
    failure.activity = child->facts->command.type;
    failure.activity_id = event.initiated;
    failure.cause = std::make_shared<const Failure>(event.failure);
    child->started->fail(failure);
    child->ended->fail(failure);
}

void ChildMachine::completed(const history::ChildCompleted& event) {
    const std::optional<Child> child = extract(event.initiated, event.run);
    if (!child) return;
    child->started->succeed(Payload{});
    child->ended->succeed(event.result);
}

void ChildMachine::failed(const history::ChildFailed& event) {
    const std::optional<Child> child = extract(event.initiated, event.run);
    if (!child) return;
    child->started->succeed(Payload{});
    // A child that stopped because it was asked to is not a failure but the answer to the cancellation.
    const std::shared_ptr<const Failure>& cause = event.failure.cause;
    const bool obeyed =
        child->facts->cancel_requested && cause != nullptr && cause->kind == FailureKind::canceled;
    child->ended->fail(obeyed ? *cause : event.failure);
}

std::vector<PendingChild> ChildMachine::pending() const {
    std::vector<PendingChild> pending;
    pending.reserve(pending_.size());
    for (const auto& [id, child] : pending_) {
        const Facts& facts = *child.facts;
        pending.push_back(
            {id, facts.initiated_at, &facts.command, facts.acknowledged, facts.cancel_requested});
    }
    return pending;
}

std::size_t ChildMachine::memory_estimate() const {
    std::size_t bytes = 0;
    for (const auto& [id, child] : pending_) {
        bytes += sizeof(Facts) + 2 * sizeof(Stage) + child.facts->command.input.json.size();
    }
    return bytes;
}

}  // namespace durable::replay
