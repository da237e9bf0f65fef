#pragma once
// Side steps: what fails there is written down instead of failing the run.

#include <string>
#include <vector>

#include "activities/calls.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

using Warnings = std::vector<Warning>;

[[nodiscard]] Warning warning_of(std::string step, const durable::Failure& failure);

/// Adds a warning; but if the step ended because the run is being cancelled, throws Canceled: a cancelled run
/// must not walk on through its remaining steps.
void warn(const durable::Workflow& wf, Warnings& warnings, std::string step, const durable::Failure& failure);

void append(Warnings& warnings, Warnings more);

}  // namespace callflex
