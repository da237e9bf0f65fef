#include "api/cli/timeline.hpp"

#include <fmt/format.h>

#include "api/cli/run_json.hpp"
#include "engine/client/human_time.hpp"
#include "engine/payloads/wire.hpp"

namespace callflex::cli {

namespace history = durable::history;
using durable::EventId;
using durable::client::human_duration;

namespace {

constexpr std::size_t detail_width = 110;

std::string attempts(int number) {
    return number == 1 ? "" : fmt::format(" · attempt {}", number);
}
std::string at_source(const std::string& source) {
    return source.empty() ? "" : "  " + source;
}

Color kind_color(const history::Event& event, Color own) {
    return history::is_end(event) ? own : Color::plain;
}

/// Payloads below their event, readable, in the column of the details.
void print_payload(const Session& session, const durable::Payload& payload) {
    const auto gone = durable::payloads::tombstone_word(payload.json);
    const std::string text =
        gone ? "(" + harmless(*gone) + ")"
             : harmless_json(to_json(payload).dump(2, ' ', false, Json::error_handler_t::replace));
    const auto style = session.style();
    std::size_t from = 0;
    while (from <= text.size()) {
        const auto end = std::min(text.find('\n', from), text.size());
        session.out() << std::string(42, ' ') << style(Color::dim, text.substr(from, end - from)) << '\n';
        from = end + 1;
    }
}

}  // namespace

void Timeline::print(const history::Activation& activation) {
    if (!heading_printed_) print_heading(activation);
    time_ = activation.time;
    EventId id = activation.first_event;
    bool first = true;
    for (const auto* events : {&activation.arrived, &activation.commands}) {
        for (const auto& event : *events) {
            print_event(id, event, first);
            first = false;
            id = durable::next(id);
        }
    }
    session_.out() << std::flush;
}

void Timeline::print_heading(const history::Activation& first) {
    heading_printed_ = true;
    started_at_ = given_start_.value_or(first.time);
    session_.out() << session_.style()(Color::bold, fmt::format("{:>5}  {:>10}  {:<25}{}", "EVENT", "AFTER",
                                                                "KIND", "DETAIL"))
                   << '\n';
}

void Timeline::print_event(EventId id, const history::Event& event, bool first_of_activation) {
    const auto style = session_.style();
    const View shown = std::visit([&](const auto& fields) { return view(id, fields); }, event);
    const bool first_of_run = id == EventId{1};
    std::string after;
    if (first_of_activation) {
        after = session_.options.absolute_times ? durable::client::iso_time(time_)
                : first_of_run                  ? "start"
                                                : "+" + human_duration(time_ - started_at_);
    }
    const std::string kind = padded(history::kind_name(event), 23);
    session_.out() << fmt::format("{:>5}  ", id.value)
                   << style(Color::dim,
                            std::string(10 - std::min<std::size_t>(10, width(after)), ' ') + after)
                   << "  " << style(shown.color, shown.symbol) << ' '
                   << style(kind_color(event, shown.color), kind);
    const std::string detail = cut(harmless(shown.detail), detail_width);
    if (!detail.empty()) session_.out() << ' ' << detail;
    session_.out() << '\n';
    if (payloads_ && shown.payload != nullptr && !shown.payload->is_null())
        print_payload(session_, *shown.payload);
}

std::string Timeline::scheduled(EventId id) const {
    const auto found = scheduled_.find(id);
    return found == scheduled_.end() ? fmt::format("event {}", id.value)
                                     : fmt::format("{} (event {})", found->second.type, id.value);
}

std::string Timeline::since(EventId id) const {
    const auto found = scheduled_.find(id);
    return found == scheduled_.end() ? "" : " · " + human_duration(time_ - found->second.at);
}

Timeline::View Timeline::view(EventId, const history::WorkflowStarted& event) {
    std::string detail = fmt::format("{} · id {} · queue {}", event.type, event.workflow_id, event.queue);
    if (event.run_deadline) detail += " · deadline " + durable::client::iso_time(*event.run_deadline);
    if (event.attempt > 1) detail += attempts(event.attempt);
    if (event.previous_failure) detail += " · the run before failed: " + event.previous_failure->to_string();
    if (event.forked) {
        detail += fmt::format(" · {} of run {} after event {}", event.forked->reset ? "reset" : "fork",
                              event.forked->base.value.to_string(), event.forked->after.value);
    }
    return {"▶", Color::cyan, detail, &event.input};
}
Timeline::View Timeline::view(EventId, const history::ActivityCompleted& event) {
    return {"✓", Color::green, scheduled(event.scheduled) + since(event.scheduled) + attempts(event.attempts),
            &event.result};
}
Timeline::View Timeline::view(EventId, const history::ActivityFailed& event) {
    return {"✗", Color::red,
            scheduled(event.scheduled) + since(event.scheduled) + " · " + event.failure.to_string(),
            &event.failure.details};
}
Timeline::View Timeline::view(EventId, const history::TimerFired& event) {
    return {"◷", Color::blue, fmt::format("timer (event {}){}", event.started.value, since(event.started)),
            nullptr};
}
Timeline::View Timeline::view(EventId, const history::SignalReceived& event) {
    return {"◆", Color::cyan, event.name, &event.input};
}
Timeline::View Timeline::view(EventId, const history::CancelRequested& event) {
    return {"◆", Color::yellow,
            fmt::format("{} (by {})", event.reason.empty() ? "no reason given" : event.reason,
                        event.identity.empty() ? "unknown" : event.identity),
            nullptr};
}
Timeline::View Timeline::view(EventId, const history::ChildStarted& event) {
    return {"▶", Color::cyan, scheduled(event.initiated) + " · run " + event.run.value.to_string(), nullptr};
}
Timeline::View Timeline::view(EventId, const history::ChildStartFailed& event) {
    return {"✗", Color::red, scheduled(event.initiated) + " · " + event.failure.to_string(), nullptr};
}
Timeline::View Timeline::view(EventId, const history::ChildCompleted& event) {
    return {"✓", Color::green, scheduled(event.initiated) + since(event.initiated), &event.result};
}
Timeline::View Timeline::view(EventId, const history::ChildFailed& event) {
    return {"✗", Color::red,
            scheduled(event.initiated) + since(event.initiated) + " · " + event.failure.to_string(),
            &event.failure.details};
}
Timeline::View Timeline::view(EventId id, const history::ActivityScheduled& event) {
    scheduled_[id] = {event.type, time_};
    return {"→", Color::dim, event.type + at_source(event.source), &event.input};
}
Timeline::View Timeline::view(EventId, const history::ActivityCancelRequested& event) {
    return {"→", Color::yellow, scheduled(event.scheduled), nullptr};
}
Timeline::View Timeline::view(EventId id, const history::TimerStarted& event) {
    scheduled_[id] = {"timer", time_};
    return {"◷", Color::dim,
            fmt::format("{}, due {}{}", human_duration(event.delay), durable::client::iso_time(event.due),
                        at_source(event.source)),
            nullptr};
}
Timeline::View Timeline::view(EventId, const history::TimerCanceled& event) {
    return {"◷", Color::dim, fmt::format("timer (event {})", event.started.value), nullptr};
}
Timeline::View Timeline::view(EventId, const history::SideEffectRecorded& event) {
    return {"·", Color::dim, at_source(event.source), &event.value};
}
Timeline::View Timeline::view(EventId id, const history::ChildInitiated& event) {
    scheduled_[id] = {event.type, time_};
    return {"→", Color::dim,
            fmt::format("{} · id {}{}", event.type, event.workflow_id, at_source(event.source)),
            &event.input};
}
Timeline::View Timeline::view(EventId, const history::ChildCancelRequested& event) {
    return {"→", Color::yellow, scheduled(event.initiated), nullptr};
}
Timeline::View Timeline::view(EventId, const history::StatePublished& event) {
    return {"·", Color::dim, event.key + at_source(event.source), &event.value};
}
Timeline::View Timeline::view(EventId id, const history::UpdateAccepted& event) {
    scheduled_[id] = {"update " + event.name, time_};
    return {"◆", Color::cyan, fmt::format("{} · update id {}", event.name, event.id), &event.input};
}
Timeline::View Timeline::view(EventId, const history::UpdateCompleted& event) {
    const std::string what = scheduled(event.accepted) + since(event.accepted);
    if (event.failure)
        return {"✗", Color::red, what + " · " + event.failure->to_string(), &event.failure->details};
    return {"✓", Color::green, what, &event.result};
}
Timeline::View Timeline::view(EventId id, const history::ExternalSignalOrdered& event) {
    scheduled_[id] = {fmt::format("signal {} to {}", event.name, event.workflow_id), time_};
    return {"→", Color::dim,
            fmt::format("{} · to {}{}", event.name, event.workflow_id, at_source(event.source)),
            &event.input};
}
Timeline::View Timeline::view(EventId id, const history::ExternalCancelOrdered& event) {
    scheduled_[id] = {fmt::format("cancel request to {}", event.workflow_id), time_};
    return {"→", Color::dim, fmt::format("of {}{}", event.workflow_id, at_source(event.source)), nullptr};
}
Timeline::View Timeline::view(EventId, const history::ExternalDelivered& event) {
    return {"✓", Color::green, scheduled(event.ordered) + since(event.ordered), nullptr};
}
Timeline::View Timeline::view(EventId, const history::ExternalFailed& event) {
    return {"✗", Color::red, scheduled(event.ordered) + " · " + event.failure.to_string(), nullptr};
}
Timeline::View Timeline::view(EventId, const history::UnitsGranted& event) {
    return {"✓", Color::green, scheduled(event.requested) + since(event.requested), nullptr};
}
Timeline::View Timeline::view(EventId id, const history::UnitsRequested& event) {
    const std::string what = fmt::format("{} of semaphore {}", event.units, event.resource);
    scheduled_[id] = {what, time_};
    return {"→", Color::dim, what + at_source(event.source), nullptr};
}
Timeline::View Timeline::view(EventId, const history::UnitsReleased& event) {
    return {"←", Color::dim, scheduled(event.requested), nullptr};
}
Timeline::View Timeline::view(EventId, const history::PatchMarked& event) {
    return {"·", Color::dim, event.id + (event.deprecated ? " (deprecated)" : "") + at_source(event.source),
            nullptr};
}
Timeline::View Timeline::view(EventId, const history::SearchAttributeSet& event) {
    const std::string value = event.value.is_null() ? "none" : cut(event.value.json, 60);
    return {"·", Color::dim, event.key + " = " + value + at_source(event.source), nullptr};
}
Timeline::View Timeline::view(EventId, const history::ActivityOrdered& event) {
    return {"·", Color::dim, scheduled(event.scheduled) + " · ordered by an operator", nullptr};
}
Timeline::View Timeline::view(EventId, const history::CodeStarted&) {
    return {"·", Color::dim, "the code has run, and waits", nullptr};
}
Timeline::View Timeline::view(EventId, const history::WorkflowCompleted& event) {
    return {"✓", Color::green, "after " + human_duration(time_ - started_at_), &event.result};
}
Timeline::View Timeline::view(EventId, const history::WorkflowFailed& event) {
    return {"✗", Color::red, event.failure.to_string(), &event.failure.details};
}
Timeline::View Timeline::view(EventId, const history::WorkflowCanceled& event) {
    return {"✗", Color::yellow, event.failure.to_string(), &event.failure.details};
}
Timeline::View Timeline::view(EventId, const history::WorkflowTimedOut& event) {
    return {"✗", Color::red, event.reason, nullptr};
}
Timeline::View Timeline::view(EventId, const history::WorkflowTerminated& event) {
    return {"✗", Color::red,
            fmt::format("{} (by {})", event.reason.empty() ? "no reason given" : event.reason,
                        event.identity.empty() ? "unknown" : event.identity),
            nullptr};
}
Timeline::View Timeline::view(EventId, const history::WorkflowContinuedAsNew& event) {
    return {
        "↻", Color::cyan,
        fmt::format("as run {} · {} signals go with it", event.run.value.to_string(), event.signals.size()),
        &event.input};
}

}  // namespace callflex::cli
