#include "engine/workflow/task.hpp"

namespace durable::detail {

void PromiseBase::start(PromiseBase& waiting, Scope& in) {
    runtime = waiting.runtime;
    scope = &in;
    parent = &waiting;
    runtime->post(*this);
}

void PromiseBase::ended() noexcept {
    if (group != nullptr) return group->branch_ended(branch, error);
    if (parent != nullptr) runtime->post(*parent);
}

}  // namespace durable::detail
