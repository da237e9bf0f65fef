#include "api/cli/trace.hpp"

#include <fmt/format.h>

#include <map>

#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

namespace history = durable::history;
using durable::EventId;
using durable::RunId;
using State = TraceNode::State;
using Kind = TraceNode::Kind;

/// How an end reads in the tree.
State state_of(const durable::Failure& failure) {
    switch (failure.kind) {
        case durable::FailureKind::canceled:
            return State::canceled;
        case durable::FailureKind::timed_out:
            return State::timed_out;
        case durable::FailureKind::terminated:
            return State::terminated;
        default:
            return State::failed;
    }
}

/// Goes through a history and remembers what has been started, and what became of it.
class Reader {
  public:
    explicit Reader(TraceNode& root) : root_(root) {}

    void read(const history::Activation& activation) {
        time_ = activation.time;
        EventId id = activation.first_event;
        for (const auto* events : {&activation.arrived, &activation.commands}) {
            for (const auto& event : *events) {
                std::visit([&](const auto& fields) { take(id, fields); }, event);
                id = durable::next(id);
            }
        }
    }

  private:
    void take(EventId, const history::WorkflowStarted& event) {
        root_.name = event.workflow_id + "  " + event.type;
        root_.began = time_;
    }
    void take(EventId id, const history::ActivityScheduled& event) { add(id, Kind::activity, event.type); }
    void take(EventId id, const history::TimerStarted& event) {
        add(id, Kind::timer, "timer " + durable::client::human_duration(event.delay));
        node(id)->note = "due " + durable::client::iso_time(event.due);
    }
    void take(EventId id, const history::ChildInitiated& event) {
        add(id, Kind::workflow, event.workflow_id + "  " + event.type);
        node(id)->run = event.run;
    }
    void take(EventId, const history::ActivityCompleted& event) {
        end(event.scheduled, State::completed,
            event.attempts > 1 ? fmt::format("attempt {}", event.attempts) : "");
    }
    void take(EventId, const history::ActivityFailed& event) { fail(event.scheduled, event.failure); }
    void take(EventId, const history::TimerFired& event) { end(event.started, State::completed, ""); }
    void take(EventId, const history::TimerCanceled& event) { end(event.started, State::canceled, ""); }
    void take(EventId, const history::ChildStartFailed& event) { fail(event.initiated, event.failure); }
    void take(EventId, const history::ChildCompleted& event) { end(event.initiated, State::completed, ""); }
    void take(EventId, const history::ChildFailed& event) {
        const auto& cause = event.failure.cause;
        end(event.initiated, state_of(cause ? *cause : event.failure), event.failure.to_string());
    }
    void take(EventId, const history::CancelRequested& event) {
        root_.note = "asked to stop" + (event.reason.empty() ? "" : ": " + event.reason);
    }
    void take(EventId, const history::WorkflowCompleted&) { finish(State::completed, ""); }
    void take(EventId, const history::WorkflowFailed& event) {
        finish(State::failed, event.failure.to_string());
    }
    void take(EventId, const history::WorkflowCanceled& event) {
        finish(State::canceled, event.failure.to_string());
    }
    void take(EventId, const history::WorkflowTimedOut& event) { finish(State::timed_out, event.reason); }
    void take(EventId, const history::WorkflowTerminated& event) { finish(State::terminated, event.reason); }
    void take(EventId, const history::WorkflowContinuedAsNew& event) {
        finish(State::continued, "as run " + event.run.value.to_string());
    }
    template <class Other>
    void take(EventId, const Other&) {}

    void add(EventId id, Kind kind, std::string name) {
        places_[id] = root_.children.size();
        TraceNode& made = root_.children.emplace_back();
        made.kind = kind;
        made.name = std::move(name);
        made.began = time_;
    }
    TraceNode* node(EventId id) {
        const auto found = places_.find(id);
        return found == places_.end() ? nullptr : &root_.children[found->second];
    }
    void end(EventId id, State state, const std::string& note) {
        TraceNode* const ended = node(id);
        if (ended == nullptr) return;
        ended->state = state;
        ended->ended = time_;
        ended->note = note;
    }
    void fail(EventId id, const durable::Failure& failure) {
        end(id, state_of(failure),
            failure.to_string() +
                (failure.attempts > 1 ? fmt::format(" · attempt {}", failure.attempts) : ""));
    }
    void finish(State state, const std::string& note) {
        root_.state = state;
        root_.ended = time_;
        if (!note.empty()) root_.note = note;
    }

    TraceNode& root_;
    durable::Timestamp time_;
    std::map<EventId, std::size_t> places_;
};

/// What rows tell of activities that are under way.
void add_attempts(Session& session, TraceNode& node) {
    const auto info = session.client().describe({.run = node.run});
    if (!info) return;
    if (info->blocked) node.note = "blocked: " + info->blocked->reason;
    for (const auto& pending : info->activities) {
        if (!pending.last_failure) continue;
        for (TraceNode& child : node.children) {
            const bool same =
                child.kind == Kind::activity && child.state == State::running && child.name == pending.type;
            if (!same || !child.note.empty()) continue;
            child.note =
                fmt::format("attempt {} after {}", pending.attempt, pending.last_failure->to_string());
            break;
        }
    }
}

void fill(Session& session, TraceNode& node, const TraceOptions& options, int depth);

void fill_children(Session& session, TraceNode& node, const TraceOptions& options, int depth) {
    for (TraceNode& child : node.children) {
        const bool folded = options.fold && child.state == State::completed;
        if (child.kind != Kind::workflow || !child.run || folded || depth == 0) continue;
        fill(session, child, options, depth - 1);
    }
}

void fill(Session& session, TraceNode& node, const TraceOptions& options, int depth) {
    const auto info = session.client().describe({.run = node.run});
    if (!info) return;  // ordered, and not started yet; or its history is gone
    if (info->continued_as) node.run = info->continued_as;
    const TraceNode known = node;
    Reader reader{node};
    for (const auto& activation : session.client().history(*node.run)) reader.read(activation);
    if (known.ended) node.note = known.note;
    if (node.state == State::running) add_attempts(session, node);
    fill_children(session, node, options, depth);
}

}  // namespace

TraceNode trace(Session& session, RunId run, const TraceOptions& options) {
    TraceNode root;
    root.kind = Kind::workflow;
    root.run = run;
    const auto recorded = session.client().history(run);
    if (recorded.empty()) throw durable::client::NotFound("there is no run " + run.value.to_string());
    Reader reader{root};
    for (const auto& activation : recorded) reader.read(activation);
    if (root.state == State::running) add_attempts(session, root);
    fill_children(session, root, options, options.depth);
    return root;
}

const char* icon_of(const TraceNode& node) {
    switch (node.state) {
        case State::running:
            return node.kind == Kind::timer ? "⧖" : "▷";
        case State::completed:
            return "✓";
        case State::failed:
            return "!";
        case State::canceled:
        case State::terminated:
            return "x";
        case State::timed_out:
            return "⏱";
        case State::continued:
            break;
    }
    return "»";
}

Color color_of(const TraceNode& node) {
    switch (node.state) {
        case State::running:
            return node.kind == Kind::timer ? Color::blue : Color::cyan;
        case State::completed:
            return Color::green;
        case State::canceled:
            return Color::yellow;
        case State::continued:
            return Color::dim;
        case State::failed:
        case State::terminated:
        case State::timed_out:
            break;
    }
    return Color::red;
}

std::string state_name(State state) {
    static constexpr const char* names[] = {"running",    "completed", "failed",          "canceled",
                                            "terminated", "timed_out", "continued_as_new"};
    return names[static_cast<std::size_t>(state)];
}

}  // namespace callflex::cli
