#include "workflows/warnings.hpp"

#include <iterator>
#include <utility>

namespace callflex {

Warning warning_of(std::string step, const durable::Failure& failure) {
    return {std::move(step), failure.to_string(),
            failure.retry_state == durable::RetryState::outcome_unknown};
}

void warn(const durable::Workflow& wf, Warnings& warnings, std::string step,
          const durable::Failure& failure) {
    if (wf.cancel_requested() && failure.kind == durable::FailureKind::canceled)
        durable::throw_failure(failure);
    warnings.push_back(warning_of(std::move(step), failure));
}

void append(Warnings& warnings, Warnings more) {
    warnings.insert(warnings.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
}

}  // namespace callflex
