#pragma once
// Cancellation scopes: a tree with the run at its root. Cancelling a scope cancels what waits in it and in
// the scopes below, except shielded ones. Authors meet it as CancellationScope (workflow.hpp); the classes
// here are the machinery that Workflow and the replay machine share. Single-threaded, like everything in a
// run.

#include <list>
#include <memory>
#include <optional>
#include <source_location>
#include <string>

#include "engine/workflow/failure.hpp"
#include "engine/workflow/payload.hpp"

namespace durable::detail {

class Scope;
struct PromiseBase;

/// Something that the machine will finish: an activity, a timer, a message, a condition. At most one
/// coroutine waits for it at a time. It belongs to the scope that started it until a coroutine waits for it
/// in another one.
class Operation {
  public:
    explicit Operation(std::source_location called_at) : called_at_(called_at) {}
    virtual ~Operation();
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;

    [[nodiscard]] bool resolved() const noexcept { return resolved_; }
    [[nodiscard]] const std::source_location& called_at() const noexcept { return called_at_; }
    [[nodiscard]] const PromiseBase* waiter() const noexcept { return waiter_; }

    /// The coroutine will be made ready when this is resolved. Throws std::logic_error if another one waits
    /// already.
    void wait(PromiseBase& waiter);
    /// The result; throws the failure's exception. Requires resolved().
    [[nodiscard]] const Payload& result() const;

    /// Its scope was cancelled, or its handle. Does nothing once it is resolved.
    virtual void cancel(const std::string& reason) = 0;
    /// The waiter is about to take the result: from here on it cannot be taken back.
    virtual void taken() {}
    /// For `stack` and `why`: "activity send_sms (event 12)".
    [[nodiscard]] virtual std::string describe() const = 0;

    void join(Scope& scope);
    void leave_scope() noexcept;

  protected:
    void resolve(Payload result);
    void resolve(Failure failure);
    /// Makes the waiter ready though the result can still be taken back until taken() is called.
    void wake();

  private:
    friend class Scope;
    void finish();

    std::source_location called_at_;
    PromiseBase* waiter_ = nullptr;
    Scope* scope_ = nullptr;
    Operation* previous_ = nullptr;  ///< the scope's operations, in the order they joined
    Operation* next_ = nullptr;
    bool resolved_ = false;
    bool woken_ = false;
    Payload result_;
    std::unique_ptr<const Failure> failure_;
};

class Scope {
  public:
    enum class Kind : std::uint8_t { normal, shielded };

    Scope() = default;
    /// Born cancelled if it is normal and its parent is cancelled. The parent must outlive it.
    Scope(Scope& parent, Kind kind);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    [[nodiscard]] bool canceled() const noexcept { return canceled_; }
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
    /// Once: a second call changes nothing.
    void cancel(const std::string& reason);

    /// Calls visit(const Operation&) for every open operation here and below, in order.
    template <class Visit>
    void visit(const Visit& visitor) const {
        for (const Operation* operation = first_; operation != nullptr; operation = operation->next_) {
            visitor(*operation);
        }
        for (const Scope* child : children_) child->visit(visitor);
    }

  private:
    friend class Operation;

    Scope* parent_ = nullptr;
    Kind kind_ = Kind::normal;
    bool canceled_ = false;
    std::string reason_;
    std::list<Scope*> children_;
    std::list<Scope*>::iterator place_;  ///< in parent_'s children
    Operation* first_ = nullptr;
    Operation* last_ = nullptr;
};

}  // namespace durable::detail
