// What arrives in a run: which news it expects, and which machine gets it.

#include <set>
#include <utility>

#include "engine/replay/machine.hpp"

namespace durable::replay {
namespace {

using namespace history;

/// What an arriving event is news of. Of each only the first news counts.
struct Subject {
    enum class Kind : std::uint8_t { activity, timer, child_start, child_end, cancellation, external, units };
    Kind kind;
    EventId event{};
    RunId child{};

    [[nodiscard]] auto key() const { return std::pair{kind, event}; }
};

struct SubjectOf {
    using Kind = Subject::Kind;
    using Found = std::optional<Subject>;

    Found operator()(const ActivityCompleted& e) const { return Subject{Kind::activity, e.scheduled}; }
    Found operator()(const history::ActivityFailed& e) const { return Subject{Kind::activity, e.scheduled}; }
    Found operator()(const TimerFired& e) const { return Subject{Kind::timer, e.started}; }
    Found operator()(const ChildStarted& e) const { return Subject{Kind::child_start, e.initiated, e.run}; }
    Found operator()(const ChildStartFailed& e) const {
        return Subject{Kind::child_start, e.initiated, e.run};
    }
    Found operator()(const ChildCompleted& e) const { return Subject{Kind::child_end, e.initiated, e.run}; }
    Found operator()(const history::ChildFailed& e) const {
        return Subject{Kind::child_end, e.initiated, e.run};
    }
    Found operator()(const CancelRequested&) const { return Subject{Kind::cancellation}; }
    Found operator()(const ExternalDelivered& e) const { return Subject{Kind::external, e.ordered}; }
    Found operator()(const UnitsGranted& e) const { return Subject{Kind::units, e.requested}; }
    Found operator()(const ExternalFailed& e) const { return Subject{Kind::external, e.ordered}; }
    template <class E>
    Found operator()(const E&) const {
        return std::nullopt;
    }
};

/// Failures come from activities and other runs: only so much of them is recorded.
void bound(Event& event) {
    if (auto* failed = std::get_if<history::ActivityFailed>(&event)) {
        failed->failure = bounded(std::move(failed->failure));
    } else if (auto* refused = std::get_if<ChildStartFailed>(&event)) {
        refused->failure = bounded(std::move(refused->failure));
    } else if (auto* child = std::get_if<history::ChildFailed>(&event)) {
        child->failure = bounded(std::move(child->failure));
    }
}

}  // namespace

bool Execution::Machine::expects(const Event& event) const {
    if (status_ != RunStatus::running) return false;
    const std::optional<Subject> subject = std::visit(SubjectOf{}, event);
    if (!subject) {
        return std::holds_alternative<SignalReceived>(event) || std::holds_alternative<UpdateAccepted>(event);
    }
    switch (subject->kind) {
        case Subject::Kind::activity:
            return activities_.is_pending(subject->event);
        case Subject::Kind::timer:
            return timers_.is_pending(subject->event);
        case Subject::Kind::child_start:
            return children_.is_starting(subject->event, subject->child);
        case Subject::Kind::child_end:
            return children_.is_pending(subject->event, subject->child);
        case Subject::Kind::cancellation:
            return !root_scope_.canceled();
        case Subject::Kind::units:
            return semaphores_.is_waiting(subject->event);
        case Subject::Kind::external:
            return externals_.is_pending(subject->event);
    }
    return false;
}

/// Without what nobody expects, or only once: a second result of the same activity, a second cancel request.
std::vector<Event> Execution::Machine::expected_of(std::vector<Event> arrived) const {
    std::set<std::pair<Subject::Kind, EventId>> known;
    const bool alone = arrived.size() == 1;
    std::erase_if(arrived, [&](Event& event) {
        if (!expects(event)) return true;
        bound(event);
        if (alone) return false;
        const std::optional<Subject> subject = std::visit(SubjectOf{}, event);
        return subject && !known.insert(subject->key()).second;
    });
    return arrived;
}

/// Only what was expected has been recorded: recorded news that nobody expects are news for other code.
std::optional<Blocked> Execution::Machine::unexpected_in(const Activation& recorded) const {
    EventId id = recorded.first_event;
    for (const Event& event : recorded.arrived) {
        const std::optional<Subject> subject = std::visit(SubjectOf{}, event);
        if (subject && !expects(event)) {
            Mismatch report;
            report.event = id;
            report.recorded = std::string{kind_name(event)};
            if (subject->event != EventId{})
                report.recorded += " of event " + std::to_string(subject->event.value);
            report.found = "nothing that waits for it";
            report.recorded_build = recorded.build;
            std::string reason = report.to_string();
            return Blocked{Blocked::Kind::mismatch, std::move(reason), std::move(report)};
        }
        id = next(id);
    }
    return std::nullopt;
}

void Execution::Machine::deliver(const std::vector<Event>& arrived) {
    EventId id = next_event_;
    for (const Event& event : arrived) {
        deliver(id, event);
        id = next(id);
    }
    if (!first_activation()) return;
    detail::PromiseBase& root = *root_.promise();
    root.runtime = this;
    root.scope = &root_scope_;
    started_.limit ? wait_for_turn(root) : post(root);
}

/// Before the first line of the code: one unit of the key's semaphore, held until the run ends.
void Execution::Machine::wait_for_turn(detail::PromiseBase& root) {
    const RunLimit& limit = *started_.limit;
    const detail::UnitsOperation turn = acquire_units({limit.resource(), 1, limit.concurrency, {}});
    turn.granted->resolved() ? post(root) : turn.granted->wait(root);
    turn_ = turn.granted;
}

void Execution::Machine::deliver(EventId id, const Event& event) {
    if (const auto* completed = std::get_if<ActivityCompleted>(&event))
        return activities_.completed(*completed);
    if (const auto* failed = std::get_if<history::ActivityFailed>(&event)) return activities_.failed(*failed);
    if (const auto* fired = std::get_if<TimerFired>(&event)) return timers_.fired(*fired);
    if (const auto* signal = std::get_if<SignalReceived>(&event)) return signals_.received(*signal);
    if (const auto* started = std::get_if<ChildStarted>(&event)) return children_.started(*started);
    if (const auto* refused = std::get_if<ChildStartFailed>(&event)) return children_.start_failed(*refused);
    if (const auto* completed = std::get_if<ChildCompleted>(&event)) return children_.completed(*completed);
    if (const auto* failed = std::get_if<history::ChildFailed>(&event)) return children_.failed(*failed);
    if (const auto* update = std::get_if<UpdateAccepted>(&event)) return updates_.accepted(id, *update);
    if (const auto* granted = std::get_if<UnitsGranted>(&event)) return semaphores_.granted(*granted);
    if (const auto* sent = std::get_if<ExternalDelivered>(&event)) return externals_.delivered(*sent);
    if (const auto* failed = std::get_if<ExternalFailed>(&event)) return externals_.failed(*failed);
    if (const auto* cancel = std::get_if<CancelRequested>(&event)) return root_scope_.cancel(cancel->reason);
    commands_.block(Blocked::Kind::mismatch,
                    std::string{kind_name(event)} + " cannot arrive in a running workflow");
}

}  // namespace durable::replay
