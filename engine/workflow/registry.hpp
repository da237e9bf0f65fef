#pragma once
// Which workflows this program has. Filled at start by an explicit list (workflows/register.cpp), constant
// afterwards and then readable from any thread.
//
//   registry.add(call_processing, process_call);

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/workflow/lifecycle.hpp"
#include "engine/workflow/workflow.hpp"

namespace durable {

class WorkflowRegistry {
  public:
    /// With the engine's own types, whose names begin with "durable.".
    WorkflowRegistry();

    /// A workflow with its types erased: JSON in, JSON out.
    using Function = std::function<Task<Payload>(Workflow&, Payload)>;
    /// Throws DecodeError if a workflow cannot take that input.
    using InputCheck = std::function<void(const Payload&)>;

    /// Throws std::logic_error when the name is taken or empty.
    template <class Input, class Output>
    void add(const WorkflowType<Input, Output>& type,
             std::type_identity_t<Task<Output> (*)(Workflow&, Input)> function,
             Versioning versioning = Versioning::auto_upgrade,
             MismatchPolicy on_mismatch = MismatchPolicy::suspend) {
        insert(std::string{type.name},
               {.run =
                    [function](Workflow& wf, Payload input) {
                        return run_erased<Input, Output>(wf, std::move(input), function);
                    },
                .check = [](const Payload& input) { static_cast<void>(decode<Input>(input)); },
                .versioning = versioning,
                .on_mismatch = on_mismatch});
    }

    [[nodiscard]] bool knows(std::string_view name) const { return find(name) != nullptr; }
    /// Without the engine's own.
    [[nodiscard]] std::vector<std::string> names() const;
    /// Null if this program has no such workflow.
    [[nodiscard]] const Function* find(std::string_view name) const;
    /// Throws DecodeError if the workflow called `name` cannot take `input`. Requires knows(name).
    void check_input(std::string_view name, const Payload& input) const;
    /// auto_upgrade if this program has no such workflow.
    [[nodiscard]] Versioning versioning(std::string_view name) const;

    /// What becomes of runs of the type that this program does not answer as recorded, unless their start says
    /// otherwise. `suspend` if this program has no such workflow.
    [[nodiscard]] MismatchPolicy on_mismatch(std::string_view name) const;

  private:
    struct Entry {
        Function run;
        InputCheck check;
        Versioning versioning = Versioning::auto_upgrade;
        MismatchPolicy on_mismatch = MismatchPolicy::suspend;
    };

    template <class Input, class Output>
    static Task<Payload> run_erased(Workflow& wf, Payload input, Task<Output> (*function)(Workflow&, Input)) {
        co_return encode(co_await detail::Hidden<Task<Output>>{function(wf, decode<Input>(input))});
    }
    void insert(std::string name, Entry entry);

    std::map<std::string, Entry, std::less<>> workflows_;
};

}  // namespace durable
