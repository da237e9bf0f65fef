// What the code asks of the machine: the verbs of Workflow.

#include <utility>

#include "engine/replay/machine.hpp"

namespace durable::replay {
namespace {

/// An operation of a cancelled scope: over before it began.
class CanceledOperation final : public detail::Operation {
  public:
    CanceledOperation(const std::string& reason, std::source_location where) : Operation(where) {
        resolve(Failure{.kind = FailureKind::canceled, .message = reason, .retryable = false});
    }
    void cancel(const std::string&) override {}
    [[nodiscard]] std::string describe() const override { return "cancelled"; }
};

/// What a blocked activation's code gets: it waits until it is destroyed.
class NeverOperation final : public detail::Operation {
  public:
    using Operation::Operation;
    void cancel(const std::string&) override {}
    [[nodiscard]] std::string describe() const override { return "nothing: the activation is blocked"; }
};

}  // namespace

void Execution::Machine::post(detail::PromiseBase& coroutine) {
    (last_ready_ != nullptr ? last_ready_->next_ready : first_ready_) = &coroutine;
    last_ready_ = &coroutine;
}

detail::Scope& Execution::Machine::current_scope() {
    return current_ != nullptr ? *current_->scope : root_scope_;
}

void Execution::Machine::must_not_answer() {
    queries_.must_not_answer();
}

/// What the code gets instead where nothing may be started; null where it may.
std::shared_ptr<detail::Operation> Execution::Machine::barred(std::source_location where) {
    must_not_answer();
    if (commands_.blocked()) return std::make_shared<NeverOperation>(where);
    const detail::Scope& scope = current_scope();
    if (scope.canceled()) return std::make_shared<CanceledOperation>(scope.reason(), where);
    return nullptr;
}

/// Gives a fresh operation to the scope that is running.
std::shared_ptr<detail::Operation> Execution::Machine::joined(std::shared_ptr<detail::Operation> operation) {
    if (!operation->resolved()) operation->join(current_scope());
    return operation;
}

// --- what is waited for ----------------------------------------------------------------------------------

std::shared_ptr<detail::Operation> Execution::Machine::schedule_activity(detail::ActivityCall call) {
    if (auto instead = barred(call.where)) return instead;
    return joined(activities_.schedule(std::move(call), run_timeout_));
}

std::shared_ptr<detail::Operation> Execution::Machine::start_timer(Duration delay,
                                                                   std::source_location where) {
    if (auto instead = barred(where)) return instead;
    return joined(timers_.sleep(delay, where));
}

std::shared_ptr<detail::Operation> Execution::Machine::wait_until(std::function<bool()> condition,
                                                                  std::optional<Duration> timeout,
                                                                  std::source_location where) {
    if (auto instead = barred(where)) return instead;
    return joined(conditions_.wait(std::move(condition), timeout, where));
}

std::shared_ptr<detail::Operation> Execution::Machine::receive(std::string_view signal,
                                                               std::source_location where) {
    if (auto instead = barred(where)) return instead;
    return joined(signals_.receive(signal, where));
}

std::optional<Payload> Execution::Machine::try_receive(std::string_view signal) {
    must_not_answer();
    return signals_.try_receive(signal);
}

detail::ChildOperations Execution::Machine::start_child(detail::ChildCall call) {
    if (auto instead = barred(call.where)) return {instead, instead, RunId{}};
    detail::ChildOperations child = children_.start(std::move(call));
    return {joined(std::move(child.started)), joined(std::move(child.ended)), child.run};
}

std::shared_ptr<detail::Operation> Execution::Machine::send_external(detail::ExternalCall call) {
    if (auto instead = barred(call.where)) return instead;
    return joined(externals_.send(std::move(call)));
}

detail::UnitsOperation Execution::Machine::acquire_units(detail::UnitsCall call) {
    if (auto instead = barred(call.where)) return {instead, EventId{}};
    detail::UnitsOperation units = semaphores_.acquire(std::move(call));
    return {joined(std::move(units.granted)), units.request};
}

void Execution::Machine::release_units(EventId request, std::source_location where) {
    must_not_answer();
    semaphores_.release(request, where);
}

// --- what is not -----------------------------------------------------------------------------------------

Payload Execution::Machine::side_effect(const std::function<Payload()>& effect, std::source_location where) {
    must_not_answer();
    if (commands_.blocked()) throw Stopped{};
    history::SideEffectRecorded command;
    if (commands_.replaying()) {
        const history::Event* recorded = commands_.recorded_next();
        const auto* same = recorded != nullptr ? std::get_if<history::SideEffectRecorded>(recorded) : nullptr;
        if (same != nullptr) command.value = same->value;
    } else {
        command = {.value = value_of(effect), .source = source_text(where)};
    }
    if (!commands_.blocked()) commands_.issue(command, where);
    if (commands_.blocked()) throw Stopped{};
    return std::move(command.value);
}

/// What throws has no value that could be recorded: the activation is blocked, and will be tried again.
Payload Execution::Machine::value_of(const std::function<Payload()>& effect) {
    try {
        return effect();
    } catch (...) {
        escaped(std::current_exception());
        return {};
    }
}

void Execution::Machine::publish(std::string_view key, Payload value, std::source_location where) {
    must_not_answer();
    constexpr std::size_t key_bytes_max = 200;
    if (key.empty() || key.size() > key_bytes_max) {
        commands_.block(Blocked::Kind::invalid_command,
                        "publish at " + source_text(where) + " has a key that has not 1 to 200 bytes");
    }
    commands_.issue(history::StatePublished{.key = std::string{key},
                                            .value = std::move(value),
                                            .source = commands_.replaying() ? "" : source_text(where)},
                    where);
}

bool Execution::Machine::patched(std::string_view id, bool deprecated, std::source_location where) {
    must_not_answer();
    constexpr std::size_t id_bytes_max = 200;
    if (id.empty() || id.size() > id_bytes_max) {
        commands_.block(Blocked::Kind::invalid_command,
                        "the patch at " + source_text(where) + " has an id that has not 1 to 200 bytes");
    }
    if (commands_.blocked()) throw Stopped{};
    return patches_.answer(id, deprecated, where);
}

void Execution::Machine::set_attribute(SearchAttribute attribute, std::source_location where) {
    must_not_answer();
    search_.set(std::move(attribute), where);
}

std::optional<Payload> Execution::Machine::attribute(std::string_view key) {
    return search_.find(key);
}

void Execution::Machine::continue_as_new(Payload input, std::source_location where) {
    must_not_answer();
    if (commands_.blocked()) throw Stopped{};
    const detail::Scope& scope = current_scope();
    if (scope.canceled()) throw Canceled(scope.reason());
    throw ContinueAsNew(std::move(input), root_scope_.canceled(), where);
}

void Execution::Machine::keep(std::shared_ptr<void> object) {
    must_not_answer();
    queries_.keep(std::move(object));
}

void Execution::Machine::on_query(std::string_view name, detail::QueryHandler handler) {
    must_not_answer();
    queries_.add(name, std::move(handler));
}

void Execution::Machine::on_update(std::string_view name, detail::UpdateHandler handler) {
    must_not_answer();
    if (name.empty()) {
        commands_.block(Blocked::Kind::invalid_command,
                        "on_update at " + source_text(handler.where) + " has no name");
    }
    updates_.add(name, std::move(handler));
}

void Execution::Machine::describe(detail::MessageKind kind, std::string_view name,
                                  std::string_view description) {
    auto& known = descriptions_[kind];
    const auto found = known.find(name);
    if (found == known.end()) {
        known.emplace(name, description);
    } else if (found->second != description) {
        found->second = description;
    }
}

std::vector<Handler> Execution::Machine::described(detail::MessageKind kind,
                                                   std::vector<std::string> names) const {
    const auto known = descriptions_.find(kind);
    std::vector<Handler> handlers;
    for (std::string& name : names) {
        std::string description;
        if (known != descriptions_.end()) {
            const auto found = known->second.find(name);
            if (found != known->second.end()) description = found->second;
        }
        handlers.push_back({std::move(name), std::move(description)});
    }
    return handlers;
}

Handlers Execution::Machine::handlers() const {
    using detail::MessageKind;
    return {described(MessageKind::signal, signals_.listened()),
            described(MessageKind::query, queries_.names()),
            described(MessageKind::update, updates_.names())};
}

Random& Execution::Machine::random() {
    must_not_answer();
    return random_;
}

}  // namespace durable::replay
