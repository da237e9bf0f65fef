#include "engine/replay/update_machine.hpp"

#include <utility>

#include "engine/replay/machine.hpp"
#include "engine/workflow/json_reader.hpp"

namespace durable::replay {
namespace {

UpdateVerdict rejected(std::string type, std::string message) {
    Failure failure{.type = std::move(type), .message = std::move(message), .retryable = false};
    return {.kind = UpdateVerdict::Kind::reject, .reason = bounded(std::move(failure))};
}

}  // namespace

void UpdateMachine::add(std::string_view name, detail::UpdateHandler handler) {
    handlers_.insert_or_assign(std::string{name}, std::move(handler));
}

std::vector<std::string> UpdateMachine::names() const {
    std::vector<std::string> names;
    for (const auto& [name, handler] : handlers_) names.push_back(name);
    return names;
}

// --- before it is recorded -------------------------------------------------------------------------------

/// A request whose fate depends on the state begins an activation: only then has the code seen everything
/// that came before it, earlier requests among it.
UpdateVerdict UpdateMachine::judge(const history::UpdateAccepted& update, bool something_before) const {
    const auto found = handlers_.find(update.name);
    const bool state_decides = found == handlers_.end() || found->second.validates;
    if (something_before && state_decides) return {.kind = UpdateVerdict::Kind::later, .reason = {}};
    if (found == handlers_.end()) return unknown(update);
    return checked(found->second, update);
}

UpdateVerdict UpdateMachine::unknown(const history::UpdateAccepted& update) const {
    std::string known;
    for (const auto& [name, handler] : handlers_) known += (known.empty() ? "" : ", ") + name;
    return rejected("UnknownUpdate", "the workflow takes no update called \"" + update.name +
                                         "\" (known: " + (known.empty() ? "none" : known) + ')');
}

UpdateVerdict UpdateMachine::checked(const detail::UpdateHandler& handler,
                                     const history::UpdateAccepted& update) const {
    try {
        const bool only_read = reading_.reads_only([&] { handler.check(update.input); });
        if (only_read) return {};
        return rejected("InvalidValidator", "the validator of update \"" + update.name +
                                                "\" used a verb of Workflow: it may only read");
    } catch (const DurableError& refused) {
        return {.kind = UpdateVerdict::Kind::reject, .reason = bounded(refused.failure())};
    } catch (const DecodeError& error) {
        return rejected("BadInput", "update \"" + update.name + "\": its input: " + error.what());
    } catch (const std::exception& error) {
        return rejected("Rejected", error.what());
    } catch (...) {
        return rejected("Rejected", "the validator threw something that is no std::exception");
    }
}

// --- once it is ------------------------------------------------------------------------------------------

void UpdateMachine::accepted(EventId id, const history::UpdateAccepted& event) {
    ended_.clear();
    const auto found = handlers_.find(event.name);
    if (found == handlers_.end()) {
        commands_.block(Blocked::Kind::mismatch, "event " + std::to_string(id.value) +
                                                     ": history has update " + event.name +
                                                     ", for which the code has no handler any more");
        return;
    }
    try {
        Running& running = running_[id];
        running = {.id = event.id, .name = event.name, .task = found->second.run(event.input)};
        detail::PromiseBase& promise = *running.task.promise();
        promise.runtime = &runtime_;
        promise.scope = &runtime_.root_scope();
        promise.group = this;
        promise.branch = static_cast<std::size_t>(id.value);
        runtime_.post(promise);
    } catch (const DecodeError& error) {
        runtime_.undecodable("update " + event.name + ": its input: " + error.what());
    }
}

void UpdateMachine::branch_ended(std::size_t index, std::exception_ptr error) {
    const EventId id{static_cast<std::int32_t>(index)};
    auto ended = running_.extract(id);
    history::UpdateCompleted outcome{.accepted = id};
    outcome.failure = outcome_of(ended.mapped(), error);
    if (!error) outcome.result = std::move(*ended.mapped().task.promise()->value);
    const std::source_location where = ended.mapped().task.promise()->awaits_at;
    ended_.push_back(std::move(ended.mapped().task));
    if (!error || outcome.failure) commands_.issue(std::move(outcome), where);
}

/// Nothing if it has succeeded; or if the exception is a bug, which blocks instead.
std::optional<Failure> UpdateMachine::outcome_of(const Running& ended, const std::exception_ptr& error) {
    if (!error) return std::nullopt;
    try {
        std::rethrow_exception(error);
    } catch (const DurableError& failed) {
        return bounded(failed.failure());
    } catch (const ContinueAsNew& onward) {
        commands_.block(Blocked::Kind::invalid_command,
                        "continue_as_new at " + source_text(onward.where()) + " in the handler of update " +
                            ended.name + ": only the workflow's own coroutine can go on as new");
    } catch (...) {
        runtime_.escaped(error);
    }
    return std::nullopt;
}

std::vector<PendingUpdate> UpdateMachine::pending() const {
    std::vector<PendingUpdate> pending;
    for (const auto& [id, running] : running_) pending.push_back({id, running.id, running.name});
    return pending;
}

std::size_t UpdateMachine::memory_estimate() const {
    constexpr std::size_t frames = 2048;
    return (running_.size() + ended_.size()) * frames;
}

}  // namespace durable::replay
