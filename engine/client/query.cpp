// Asking a run's code: its history is replayed here, up to the moment asked for, and its handler answers.

#include <fmt/format.h>

#include "engine/client/client_impl.hpp"
#include "engine/client/replayed.hpp"

namespace durable::client {
namespace {

EventId last_event(const history::Activation& activation) {
    return EventId{activation.next_event().value - 1};
}

/// Activations that had ended when `at` was recorded.
void round_down(history::History& history, EventId at) {
    std::erase_if(history, [&](const history::Activation& each) { return last_event(each) > at; });
}

}  // namespace

QueryResult Client::query(const WorkflowRegistry& registry, const RunRef& ref, const std::string& name,
                          const Payload& input, std::optional<EventId> at_event) {
    const auto run = resolve(ref);
    auto recorded = run ? history(*run) : history::History{};
    if (recorded.empty()) throw NotFound("there is no " + describe_ref(ref));
    if (at_event) round_down(recorded, *at_event);
    if (recorded.empty()) throw QueryRefused("events are numbered from 1");

    Replayed replayed = replay_here(registry, *run, recorded);
    if (replayed.blocked) {
        throw NeedsBuild(fmt::format("{} needs build {}: this build cannot replay it ({})", describe_ref(ref),
                                     replayed.newest_build, replayed.blocked->reason),
                         replayed.newest_build);
    }
    auto answer = replayed.execution.query(name, input);
    if (answer.kind != replay::QueryAnswer::Kind::answered) {
        throw QueryRefused(fmt::format("{} at event {}: {}", describe_ref(ref),
                                       last_event(recorded.back()).value, answer.error));
    }
    return {std::move(answer.result), last_event(recorded.back())};
}

}  // namespace durable::client
