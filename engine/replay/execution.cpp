#include "engine/replay/execution.hpp"

#include <array>
#include <utility>

#include "engine/replay/machine.hpp"

namespace durable::replay {
namespace {

constexpr std::array<std::string_view, 7> status_names{
    "running", "completed", "failed", "canceled", "timed_out", "terminated", "continued_as_new"};

}  // namespace

std::string_view to_string(RunStatus status) {
    return status_names[static_cast<std::size_t>(status)];
}

std::optional<RunStatus> run_status(std::string_view name) {
    for (std::size_t i = 0; i < status_names.size(); ++i) {
        if (status_names[i] == name) return static_cast<RunStatus>(i);
    }
    return std::nullopt;
}

std::string Mismatch::to_string() const {
    std::string text = "event " + std::to_string(event.value) + ": history has " + recorded + " (build " +
                       recorded_build + "), the code did " + found;
    if (!source.empty()) text += " at " + source;
    return text;
}

Execution::Execution(const WorkflowRegistry& registry, RunId run, std::string build)
    : machine_(std::make_unique<Machine>(registry, run, std::move(build))) {}
Execution::~Execution() = default;
Execution::Execution(Execution&&) noexcept = default;
Execution& Execution::operator=(Execution&&) noexcept = default;

std::optional<Blocked> Execution::replay(const history::Activation& recorded) {
    return machine_->replay(recorded);
}
Execution::Result Execution::activate(std::vector<history::Event> arrived, Timestamp now) {
    return machine_->activate(std::move(arrived), now);
}

std::vector<history::Event> Execution::due_timers(Timestamp now) const {
    return machine_->due_timers(now);
}
bool Execution::past_deadline(Timestamp now) const {
    const std::optional<Timestamp> deadline = machine_->deadline();
    return status() == RunStatus::running && deadline && now >= *deadline;
}
std::optional<Timestamp> Execution::execution_deadline() const {
    return machine_->execution_deadline();
}
bool Execution::expects(const history::Event& event) const {
    return machine_->expects(event);
}
std::optional<Timestamp> Execution::wake_at() const {
    return machine_->wake_at();
}
std::vector<PendingActivity> Execution::pending_activities() const {
    return machine_->pending_activities();
}

std::vector<PendingChild> Execution::pending_children() const {
    return machine_->pending_children();
}

std::vector<PatchAnswer> Execution::patches() const {
    return machine_->patches();
}

std::vector<PendingUnits> Execution::pending_units() const {
    return machine_->pending_units();
}

QueryAnswer Execution::query(std::string_view name, const Payload& input) {
    return machine_->queries().answer(name, input);
}
std::vector<std::string> Execution::queries() const {
    return machine_->queries().names();
}

UpdateVerdict Execution::judge(const history::UpdateAccepted& update, bool something_before) const {
    if (activations() < 2) return {.kind = UpdateVerdict::Kind::later, .reason = {}};
    return machine_->updates().judge(update, something_before);
}
std::vector<PendingUpdate> Execution::pending_updates() const {
    return machine_->updates().pending();
}
Handlers Execution::handlers() const {
    return machine_->handlers();
}
std::size_t Execution::unread_signals() const {
    return machine_->signals().waiting();
}
SignalSupply Execution::signal_supply() const {
    return machine_->signals().supply();
}

std::vector<StackFrame> Execution::stack() const {
    return status() == RunStatus::running ? stack_of(machine_->scopes()) : std::vector<StackFrame>{};
}
std::string Execution::waits_for() const {
    return status() == RunStatus::running ? waits_of(machine_->scopes()) : std::string{};
}

int Execution::activations() const {
    return machine_->activations();
}
EventId Execution::next_event() const {
    return machine_->next_event();
}
RunStatus Execution::status() const {
    return machine_->status();
}
const history::WorkflowStarted& Execution::started() const {
    return machine_->started();
}
std::size_t Execution::memory_estimate() const {
    return machine_->memory_estimate();
}

}  // namespace durable::replay
