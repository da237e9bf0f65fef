#pragma once
// Units of a semaphore: what Workflow::acquire gives. A semaphore is a name and a capacity that all workflows
// share; requests are served in the order in which they were recorded, and none overtakes one that waits.

#include <source_location>
#include <utility>

#include "engine/workflow/awaitables.hpp"

namespace durable {

/// Units that this run holds, until it releases them or ends in any way: completes, fails, is terminated,
/// times out, is deleted, continues as new (the next run acquires its own). A value: copies mean the same
/// units. Destroying it releases nothing, because coroutines are also destroyed when their run leaves memory.
class HeldUnits {
  public:
    HeldUnits(detail::Runtime& runtime, EventId request) : runtime_(&runtime), request_(request) {}

    /// Gives all of them back. Works in cancelled scopes. Again: nothing.
    void release(std::source_location where = std::source_location::current()) {
        runtime_->release_units(request_, where);
    }
    [[nodiscard]] EventId request() const { return request_; }

  private:
    detail::Runtime* runtime_;
    EventId request_;
};

/// `co_await wf.acquire(resource[, units[, capacity]])`: HeldUnits, once they are granted. Cancelled while it
/// waits, it withdraws the request and throws Canceled.
class [[nodiscard]] Acquire : public detail::OperationAwaitable {
  public:
    using value_type = HeldUnits;

    Acquire(detail::Runtime& runtime, detail::UnitsCall call)
        : OperationAwaitable(runtime), call_(std::move(call)) {}
    [[nodiscard]] bool await_ready() {
        detail::UnitsOperation units = runtime_->acquire_units(std::move(call_));
        request_ = units.request;
        return begin(std::move(units.granted));
    }
    value_type await_resume() const {
        take_nothing();
        return {*runtime_, request_};
    }

  private:
    detail::UnitsCall call_;
    EventId request_{};
};

}  // namespace durable
