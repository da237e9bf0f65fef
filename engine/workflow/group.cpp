#include "engine/workflow/group.hpp"

#include "engine/workflow/continue_as_new.hpp"

namespace durable::detail {
namespace {

/// Neither a failure of the business nor the way on to the next run.
bool is_bug(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const DurableError&) {
        return false;
    } catch (const ContinueAsNew&) {
        return false;
    } catch (...) {
        return true;
    }
}

}  // namespace

void Group::prepare(PromiseBase& owner, Scope& scope, std::size_t branches) {
    owner_ = &owner;
    scope_ = &scope;
    open_ = branches;
}

void Group::start(PromiseBase& branch) {
    branch.group = this;
    branch.branch = started_++;
    branch.start(*owner_, *scope_);
}

void Group::branch_ended(std::size_t index, std::exception_ptr error) {
    // A bug in one branch must show at once, not when its slowest sibling has ended.
    if (error && is_bug(error)) owner_->runtime->escaped(error);
    if (!first_) {
        first_ = index;
        if (losers_ != nullptr) losers_->cancel("another branch of any() was first");
    }
    if (--open_ == 0) owner_->runtime->post(*owner_);
}

void FirstOfGroup::prepare(PromiseBase& owner, std::size_t branches) {
    scope_ = std::make_unique<Scope>(*owner.scope, Scope::Kind::normal);
    Group::prepare(owner, *scope_, branches);
    cancel_after_first(*scope_);
}

}  // namespace durable::detail
