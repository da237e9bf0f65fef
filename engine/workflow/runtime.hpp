#pragma once
// What the verbs of Workflow ask of the machine that runs them (engine/replay implements it). Authors never
// see this: they include workflow.hpp. Every call comes from inside an activation, on its one thread.

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>

#include "engine/workflow/activity.hpp"
#include "engine/workflow/child_options.hpp"
#include "engine/workflow/payload.hpp"
#include "engine/workflow/random.hpp"
#include "engine/workflow/scope.hpp"
#include "engine/workflow/search.hpp"
#include "engine/workflow/time.hpp"

namespace durable {
struct WorkflowInfo;
template <class T>
class Task;
}  // namespace durable

namespace durable::detail {

struct PromiseBase;

/// A call of an activity, with its types erased.
struct ActivityCall {
    std::string type;
    Payload input;
    ActivityOptions options;
    std::source_location where;
};

/// The start of a child, with its types erased.
struct ChildCall {
    std::string type;
    Payload input;
    ChildOptions options;
    std::source_location where;
};

/// A child's two stages, each awaited by whoever cares.
struct ChildOperations {
    std::shared_ptr<Operation> started;  ///< the start is durable
    std::shared_ptr<Operation> ended;    ///< the child's chain has closed: its result
    RunId run;
};

/// A request for units of a semaphore.
struct UnitsCall {
    std::string resource;
    int units = 1;
    int capacity = 1;  ///< of the semaphore, if this is its first request
    std::source_location where;
};
struct UnitsOperation {
    std::shared_ptr<Operation> granted;
    EventId request;
};

/// A message to another workflow, with its types erased.
struct ExternalCall {
    WorkflowId workflow;
    std::optional<std::string> signal;  ///< its name; none: a cancel request
    Payload input;                      ///< of the signal
    std::string reason;                 ///< of the cancel request
    std::source_location where;
};

using QueryHandler = std::function<Payload(const Payload&)>;

/// What answers an update, with its types erased.
struct UpdateHandler {
    bool validates = false;  ///< the author gave a validator: the state decides, not the input alone
    std::function<void(const Payload&)> check;         ///< decodes, validates; throws what rejects
    std::function<Task<Payload>(const Payload&)> run;  ///< throws DecodeError
    std::source_location where;
};

enum class MessageKind : std::uint8_t { signal, query, update };

class Runtime {
  public:
    virtual ~Runtime() = default;

    /// Puts a coroutine at the end of the ready queue.
    virtual void post(PromiseBase& coroutine) = 0;
    /// The scope of the coroutine that is running.
    [[nodiscard]] virtual Scope& current_scope() = 0;
    [[nodiscard]] virtual Scope& root_scope() = 0;

    // Each of these issues its command now, in the current scope; in a cancelled scope it issues none and
    // gives an operation that is cancelled already.
    [[nodiscard]] virtual std::shared_ptr<Operation> schedule_activity(ActivityCall call) = 0;
    [[nodiscard]] virtual std::shared_ptr<Operation> start_timer(Duration delay,
                                                                 std::source_location where) = 0;
    /// Resolves to "true", or to "false" when `timeout` is over. No timer is started if the condition holds
    /// already.
    [[nodiscard]] virtual std::shared_ptr<Operation> wait_until(std::function<bool()> condition,
                                                                std::optional<Duration> timeout,
                                                                std::source_location where) = 0;
    [[nodiscard]] virtual std::shared_ptr<Operation> receive(std::string_view signal,
                                                             std::source_location where) = 0;
    [[nodiscard]] virtual ChildOperations start_child(ChildCall call) = 0;
    [[nodiscard]] virtual UnitsOperation acquire_units(UnitsCall call) = 0;
    /// In cancelled scopes too. Of a request that is not open: nothing.
    virtual void release_units(EventId request, std::source_location where) = 0;
    /// Resolves once the message has been delivered, or could not be.
    [[nodiscard]] virtual std::shared_ptr<Operation> send_external(ExternalCall call) = 0;

    [[nodiscard]] virtual std::optional<Payload> try_receive(std::string_view signal) = 0;
    [[nodiscard]] virtual Payload side_effect(const std::function<Payload()>& effect,
                                              std::source_location where) = 0;
    [[nodiscard]] virtual bool patched(std::string_view id, bool deprecated, std::source_location where) = 0;
    virtual void publish(std::string_view key, Payload value, std::source_location where) = 0;
    virtual void set_attribute(SearchAttribute attribute, std::source_location where) = 0;
    [[nodiscard]] virtual std::optional<Payload> attribute(std::string_view key) = 0;
    /// Throws ContinueAsNew; Canceled in a cancelled scope.
    [[noreturn]] virtual void continue_as_new(Payload input, std::source_location where) = 0;
    /// Owned by the run from now on, until it cannot be queried any more.
    virtual void keep(std::shared_ptr<void> object) = 0;
    virtual void on_query(std::string_view name, QueryHandler handler) = 0;
    virtual void on_update(std::string_view name, UpdateHandler handler) = 0;
    /// What a message is for, told to people who ask what the code takes. Recorded nowhere.
    virtual void describe(MessageKind kind, std::string_view name, std::string_view description) = 0;
    /// No handler of an update is running.
    [[nodiscard]] virtual bool handlers_finished() const = 0;
    /// Throws if a query handler or a validator is running: it may only read. Verbs that do not come through
    /// here call it.
    virtual void must_not_answer() = 0;
    [[nodiscard]] virtual Timestamp now() const = 0;
    [[nodiscard]] virtual Random& random() = 0;
    [[nodiscard]] virtual const WorkflowInfo& info() const = 0;

    // Bugs, not failures of the workflow: the activation ends as blocked, whatever the code does next.
    virtual void undecodable(std::string problem) = 0;
    virtual void escaped(std::exception_ptr exception) = 0;
};

}  // namespace durable::detail
