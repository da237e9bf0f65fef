// Asking a run's code: its history is replayed here, up to the moment asked for, and its handler answers.

#include <fmt/format.h>

#include "engine/client/client_impl.hpp"
#include "engine/client/replayed.hpp"
#include "engine/store/pause.hpp"

namespace durable::client {
namespace {

EventId last_event(const history::Activation& activation) {
    return EventId{activation.next_event().value - 1};
}

/// Activations that had ended when `at` was recorded.
void round_down(history::History& history, EventId at) {
    std::erase_if(history, [&](const history::Activation& each) { return last_event(each) > at; });
}

/// Throws NeedsBuild.
Replayed replay_or_refuse(const WorkflowRegistry& registry, const RunRef& ref, RunId run,
                          const history::History& recorded) {
    Replayed replayed = replay_here(registry, run, recorded);
    if (replayed.blocked) {
        throw NeedsBuild(fmt::format("{} needs build {}: this build cannot replay it ({})", describe_ref(ref),
                                     replayed.newest_build, replayed.blocked->reason),
                         replayed.newest_build);
    }
    return replayed;
}

bool excluded(replay::RunStatus status, bool paused, RejectIf reject) {
    const bool open = status == replay::RunStatus::running;
    switch (reject) {
        case RejectIf::not_open:
            return !open;
        case RejectIf::not_completed_cleanly:
            return !open && status != replay::RunStatus::completed;
        case RejectIf::paused:
            return open && paused;
        case RejectIf::never:
            break;
    }
    return false;
}

}  // namespace

void Client::Impl::check_state(const RunRef& ref, RunId run, RejectIf reject) {
    if (reject == RejectIf::never) return;
    std::optional<store::Closed> end;
    bool paused = false;
    transactions.read([&](pqxx::transaction_base& tx) {
        end = store::closed(tx, run);
        paused = store::paused(tx, run).has_value();
    });
    const auto status = end ? end->status : replay::RunStatus::running;
    if (!excluded(status, paused, reject)) return;
    const std::string state = paused ? "paused" : std::string{replay::to_string(status)};
    throw QueryRejected(describe_ref(ref) + " is " + state + ": not to be asked then", status);
}

replay::Handlers Client::handlers(const WorkflowRegistry& registry, const RunRef& ref) {
    const auto run = resolve(ref);
    const auto recorded = run ? history(*run) : history::History{};
    if (recorded.empty()) throw NotFound("there is no " + describe_ref(ref));
    return replay_or_refuse(registry, ref, *run, recorded).execution.handlers();
}

QueryResult Client::query(const WorkflowRegistry& registry, const RunRef& ref, const std::string& name,
                          const Payload& input, std::optional<EventId> at_event, RejectIf reject) {
    const auto run = resolve(ref);
    auto [recorded, unreadable] = run ? impl_->recorded(*run) : Recorded{};
    if (recorded.empty()) throw NotFound("there is no " + describe_ref(ref));
    impl_->check_state(ref, *run, reject);
    if (!unreadable.empty()) throw QueryRefused(fmt::format("{}: {}", describe_ref(ref), unreadable));
    if (at_event) round_down(recorded, *at_event);
    if (recorded.empty()) throw QueryRefused("events are numbered from 1");

    Replayed replayed = replay_or_refuse(registry, ref, *run, recorded);
    auto answer = replayed.execution.query(name, input);
    if (answer.kind != replay::QueryAnswer::Kind::answered) {
        throw QueryRefused(fmt::format("{} at event {}: {}", describe_ref(ref),
                                       last_event(recorded.back()).value, answer.error));
    }
    return {std::move(answer.result), last_event(recorded.back())};
}

}  // namespace durable::client
