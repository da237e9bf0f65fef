#pragma once
// How a workflow that goes on for ever keeps its history short: the run ends, and a new run of the same type,
// under the same workflow id, begins with another input. Workflow::continue_as_new throws this.

#include <source_location>
#include <utility>

#include "engine/workflow/payload.hpp"

namespace durable {

/// Ends the run when it reaches the end of the workflow's own coroutine; tasks and branches that it passes
/// through are treated as failed ones (all() waits for the other branches first, any() cancels them). It is
/// neither a DurableError nor a std::exception, so that neither attempt() nor a catch for failures holds it
/// up.
class ContinueAsNew {
  public:
    ContinueAsNew(Payload input, bool cancel_requested, std::source_location where)
        : input_(std::move(input)), cancel_requested_(cancel_requested), where_(where) {}

    [[nodiscard]] const Payload& input() const noexcept { return input_; }
    /// The run had been asked to stop before: what cleans up (shielded) chose to go on all the same.
    [[nodiscard]] bool despite_cancel_request() const noexcept { return cancel_requested_; }
    [[nodiscard]] const std::source_location& where() const noexcept { return where_; }

  private:
    Payload input_;
    bool cancel_requested_;
    std::source_location where_;
};

}  // namespace durable
