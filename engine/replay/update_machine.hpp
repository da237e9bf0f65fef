#pragma once
// Updates of one run: which requests its code takes on, and the handlers that are running. Handlers are
// coroutines beside the workflow's own, in the run's root scope.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/replay/commands.hpp"
#include "engine/replay/query_machine.hpp"
#include "engine/workflow/task.hpp"

namespace durable::replay {

class UpdateMachine : public detail::BranchOwner {
  public:
    /// `reading`: bars the verbs while a validator runs.
    UpdateMachine(detail::Runtime& runtime, Commands& commands, QueryMachine& reading)
        : runtime_(runtime), commands_(commands), reading_(reading) {}

    void add(std::string_view name, detail::UpdateHandler handler);
    [[nodiscard]] std::vector<std::string> names() const;

    /// See Execution::judge. Requires that the code has run.
    [[nodiscard]] UpdateVerdict judge(const history::UpdateAccepted& update, bool something_before) const;
    /// Starts the handler of an accepted one: event `id`.
    void accepted(EventId id, const history::UpdateAccepted& event);

    [[nodiscard]] bool idle() const noexcept { return running_.empty(); }
    [[nodiscard]] std::vector<PendingUpdate> pending() const;
    [[nodiscard]] std::size_t memory_estimate() const;

    /// A handler has ended: its outcome becomes a command.
    void branch_ended(std::size_t index, std::exception_ptr error) override;

  private:
    struct Running {
        std::string id;
        std::string name;
        Task<Payload> task;
    };

    [[nodiscard]] UpdateVerdict unknown(const history::UpdateAccepted& update) const;
    [[nodiscard]] UpdateVerdict checked(const detail::UpdateHandler& handler,
                                        const history::UpdateAccepted& update) const;
    [[nodiscard]] std::optional<Failure> outcome_of(const Running& ended, const std::exception_ptr& error);

    detail::Runtime& runtime_;
    Commands& commands_;
    QueryMachine& reading_;
    std::map<std::string, detail::UpdateHandler, std::less<>> handlers_;
    std::map<EventId, Running> running_;
    /// Ended, but perhaps not yet off the stack; destroyed when the next one begins.
    std::vector<Task<Payload>> ended_;
};

}  // namespace durable::replay
