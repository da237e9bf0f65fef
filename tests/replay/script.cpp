#include "tests/replay/script.hpp"

#include <stdexcept>
#include <utility>

#include "engine/replay/lineage.hpp"
#include "engine/trap/determinism_trap.hpp"

namespace durable::test {

Script& Script::feed_all(std::vector<history::Event> arrived) {
    Execution::Result result = trap::activate(*execution_, std::move(arrived), now);
    if (result.blocked) {
        blocked_ = std::move(result.blocked);
        FAIL("blocked: " << blocked_->reason);
    }
    activated_ = std::move(result.activated);
    commands_ = activated_->activation.commands;
    if (activated_->activation.event_count() > 0) history_.push_back(activated_->activation);
    must_replay();
    return *this;
}

replay::Blocked Script::feed_all_blocked(std::vector<history::Event> arrived) {
    Execution::Result result = execution_->activate(std::move(arrived), now);
    REQUIRE(result.blocked);
    CHECK_FALSE(result.activated);
    return *result.blocked;
}

Script& Script::wait(Duration duration) {
    now += duration;
    return feed_all(execution_->due_timers(now));
}

history::ActivityFailed Script::failed(int scheduled, const std::string& type) {
    Failure cause{.type = type, .message = "no luck"};
    Failure failure{.kind = FailureKind::activity, .activity = "work", .attempts = 3};
    failure.retry_state = RetryState::maximum_attempts;
    failure.cause = std::make_shared<const Failure>(std::move(cause));
    return {.scheduled = EventId{scheduled}, .failure = std::move(failure)};
}

history::CancelRequested Script::cancel(const std::string& reason) {
    return {.reason = reason, .identity = "ann"};
}

const history::ChildInitiated& Script::pending_child(int initiated) const {
    for (const replay::PendingChild& child : execution_->pending_children()) {
        if (child.initiated == EventId{initiated}) return *child.command;
    }
    throw std::logic_error("event " + std::to_string(initiated) + " has no pending child");
}

history::ChildStarted Script::child_started(int initiated) const {
    return {.initiated = EventId{initiated}, .run = run_of_child(initiated)};
}

history::ChildStartFailed Script::child_refused(int initiated) const {
    return replay::id_taken(EventId{initiated}, run_of_child(initiated));
}

history::ChildFailed Script::child_failed(int initiated, Failure cause) const {
    Failure failure{.kind = FailureKind::child, .retryable = false};
    failure.activity = pending_child(initiated).type;
    failure.activity_id = EventId{initiated};
    failure.cause = std::make_shared<const Failure>(std::move(cause));
    return {.initiated = EventId{initiated}, .failure = failure, .run = run_of_child(initiated)};
}

std::string Script::said() const {
    std::string text;
    std::int32_t id =
        history_.back().first_event.value + static_cast<std::int32_t>(history_.back().arrived.size());
    for (const history::Event& command : commands()) {
        text += (text.empty() ? "" : ", ") + std::string{history::kind_name(command)} + ' ' +
                std::to_string(id++);
    }
    return text;
}

void Script::begin(history::WorkflowStarted started) {
    history_.push_back({.first_event = EventId{1},
                        .time = now,
                        .build = "",
                        .arrived = {std::move(started)},
                        .commands = {}});
    execution_ = std::make_unique<Execution>(registry_, some_run, "build-1");
    REQUIRE_FALSE(execution_->replay(history_[0]));
}

void Script::must_replay() const {
    Execution second{registry_, some_run, "build-2"};
    for (const history::Activation& recorded : history_) {
        const history::Activation read =
            history::decode_activation(recorded.first_event, history::encode(recorded));
        REQUIRE(read == recorded);
        const std::optional<replay::Blocked> blocked = trap::replay(second, read);
        if (blocked) FAIL("replay: " << blocked->reason);
    }
    CHECK(second.activations() == execution_->activations());
    CHECK(second.next_event() == execution_->next_event());
    CHECK(second.status() == execution_->status());
    CHECK(second.wake_at() == execution_->wake_at());
    CHECK(second.pending_activities().size() == execution_->pending_activities().size());
    CHECK(second.pending_children().size() == execution_->pending_children().size());
    CHECK(second.queries() == execution_->queries());
}

replay::QueryAnswer Script::ask_a_replay(std::string_view query, const Payload& input) const {
    Execution second{registry_, some_run, "build-3"};
    for (const history::Activation& recorded : history_) REQUIRE_FALSE(second.replay(recorded));
    return second.query(query, input);
}

}  // namespace durable::test
