#include "engine/workflow/scope.hpp"

#include <stdexcept>
#include <utility>

#include "engine/workflow/task.hpp"

namespace durable::detail {

// --- Operation -------------------------------------------------------------------------------------------

Operation::~Operation() {
    leave_scope();
}

void Operation::wait(PromiseBase& waiter) {
    if (waiter_ != nullptr && waiter_ != &waiter) {
        throw std::logic_error(describe() + " is awaited by two coroutines at once");
    }
    waiter_ = &waiter;
    if (!resolved_) join(*waiter.scope);
}

const Payload& Operation::result() const {
    if (failure_) throw_failure(*failure_);
    return result_;
}

void Operation::join(Scope& scope) {
    leave_scope();
    scope_ = &scope;
    previous_ = scope.last_;
    (previous_ != nullptr ? previous_->next_ : scope.first_) = this;
    scope.last_ = this;
}

void Operation::leave_scope() noexcept {
    if (scope_ == nullptr) return;
    (previous_ != nullptr ? previous_->next_ : scope_->first_) = next_;
    (next_ != nullptr ? next_->previous_ : scope_->last_) = previous_;
    scope_ = nullptr;
    previous_ = next_ = nullptr;
}

void Operation::resolve(Payload result) {
    result_ = std::move(result);
    finish();
}

void Operation::resolve(Failure failure) {
    failure_ = std::make_unique<const Failure>(std::move(failure));
    finish();
}

void Operation::finish() {
    if (resolved_) return;
    resolved_ = true;
    leave_scope();
    wake();
}

void Operation::wake() {
    if (std::exchange(woken_, true) || waiter_ == nullptr) return;
    waiter_->runtime->post(*waiter_);
}

// --- Scope -----------------------------------------------------------------------------------------------

Scope::Scope(Scope& parent, Kind kind)
    : parent_(&parent),
      kind_(kind),
      canceled_(kind == Kind::normal && parent.canceled_),
      reason_(parent.reason_) {
    place_ = parent.children_.insert(parent.children_.end(), this);
}

Scope::~Scope() {
    for (Scope* child : children_) child->parent_ = parent_;
    if (parent_ != nullptr) {
        parent_->children_.erase(place_);
        parent_->children_.splice(parent_->children_.end(), children_);
    }
    // What was started here and is still under way belongs to the parent from now on.
    while (first_ != nullptr) {
        Operation& left = *first_;
        left.leave_scope();
        if (parent_ != nullptr) left.join(*parent_);
    }
}

void Scope::cancel(const std::string& reason) {
    if (canceled_) return;
    canceled_ = true;
    reason_ = reason;
    // Cancelling an operation removes at most itself from the list.
    for (Operation* operation = first_; operation != nullptr;) {
        Operation* const after = operation->next_;
        operation->cancel(reason);
        operation = after;
    }
    for (Scope* child : children_) {
        if (child->kind_ == Kind::normal) child->cancel(reason);
    }
}

}  // namespace durable::detail
