#pragma once
// Typed names of workflows, of the signals and queries they take, and of the state they publish: what starts,
// signals and reads them (ingress, CLI, tests) includes this, not the workflow's code.
//
//   inline constexpr durable::WorkflowType<EndedCall, CallSummary> call_processing{"call-processing"};
//   inline constexpr durable::Signal<Approval> approve{"approve"};
//   inline constexpr durable::Query<durable::Nothing, Progress> progress{"progress"};
//   inline constexpr durable::Update<Item, Receipt> add_item{"add_item"};
//   inline constexpr durable::StateKey<Stage> stage{"stage"};
//
// Signals, queries and updates may say what they are for; `workflow metadata` shows it. It is nowhere recorded, so it
// may change at any time:
//   inline constexpr durable::Query<durable::Nothing, Progress> progress{"progress", "calls made, calls to go"};

#include <cstdint>
#include <string_view>

namespace durable {

/// Which build goes on with a run, on a queue whose builds are routed (docs/guide/versions.md).
enum class Versioning : std::uint8_t {
    auto_upgrade,  ///< whichever is current at its next turn
    pinned,        ///< the one that began it, to its end; continued as new it begins anew
};

/// A workflow by its name in rows, with what goes in and comes out.
template <class Input, class Output>
struct WorkflowType {
    using input_type = Input;
    using output_type = Output;
    std::string_view name;
};

/// A message that the workflow's code receives (Workflow::signals), in order, each once; kept until it does.
template <class Message>
struct Signal {
    using message_type = Message;
    std::string_view name;
    std::string_view description{};
};

/// A question that the workflow's code answers (Workflow::on_query), in the process of whoever asks: history
/// is replayed there, no worker is needed. Closed runs answer too, as long as their history is kept.
template <class Input, class Output>
struct Query {
    using input_type = Input;
    using output_type = Output;
    std::string_view name;
    std::string_view description{};
};

/// A request that the workflow's code checks, takes on and answers (Workflow::on_update): validated,
/// accepted, completed, each once, whatever crashes.
template <class Input, class Output>
struct Update {
    using input_type = Input;
    using output_type = Output;
    std::string_view name;
    std::string_view description{};
};

/// State that the workflow publishes (Workflow::publish): a row, readable by anybody without replay.
template <class Value>
struct StateKey {
    using value_type = Value;
    std::string_view name;
};

}  // namespace durable
