#pragma once
// Typed names of workflows and of the signals they take: what starts and signals them (ingress, CLI, tests)
// includes this, not the workflow's code.
//
//   inline constexpr durable::WorkflowType<EndedCall, CallSummary> call_processing{"call-processing"};
//   inline constexpr durable::Signal<Approval> approve{"approve"};

#include <string_view>

namespace durable {

template <class Input, class Output>
struct WorkflowType {
    using input_type = Input;
    using output_type = Output;
    std::string_view name;
};

template <class Message>
struct Signal {
    using message_type = Message;
    std::string_view name;
};

}  // namespace durable
