#pragma once
// Making something at a vendor that knows no idempotency keys, so that it is never made twice.
//
// The rule: look, then make. What is made carries a mark of our own (an operation id, or it is unique by
// itself, like a telephone number), so a look tells whether it exists. An attempt that finds it adopts it.
// An attempt whose answer was lost, or whose worker died, is followed by reconcile_creation: it looks
// again, and only when the vendor has had time to settle may "not there" be believed.
//
// For activities with Delivery::at_most_once. The coroutines take everything by value; both functions may
// be called from any executor.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "activities/attempt_memory.hpp"
#include "activities/vendor_failure.hpp"
#include "engine/worker/activities.hpp"

namespace callflex {

/// What a look at the vendor showed.
template <class T>
struct Sighting {
    std::optional<T> found{};
    bool complete = false;  ///< if nothing was found: nothing was overlooked either
};

template <class T>
using Look = std::function<boost::asio::awaitable<std::variant<Sighting<T>, VendorFailure>>()>;
template <class T>
using Make = std::function<boost::asio::awaitable<std::variant<T, VendorFailure>>()>;

/// The activity. Throws ApplicationError, or OutcomeUnknown when it may have been made.
template <class T>
boost::asio::awaitable<T> create_once(durable::ActivityContext& context, Look<T> look, Make<T> make) {
    const AttemptClock clock{context.info()};
    const auto seen = co_await look();
    if (const auto* failure = std::get_if<VendorFailure>(&seen)) throw_before_sending(*failure);
    const auto& sighting = std::get<Sighting<T>>(seen);
    if (sighting.found) co_return *sighting.found;
    if (!sighting.complete)
        throw durable::ApplicationError("Vendor.list_incomplete",
                                        "the vendor's list cannot be read to its end");
    // An older note must not stand for this attempt if it is cut short.
    if (!context.heartbeat_details().is_null()) note_attempt(context, clock.now());
    const auto made = co_await make();
    if (const T* thing = std::get_if<T>(&made)) co_return *thing;
    const auto& failure = std::get<VendorFailure>(made);
    if (failure.outcome == http::Outcome::unknown) note_attempt(context, clock.now());
    throw_vendor_failure(failure);
}

/// Its reconcile hook. `absent` only after a complete look that began `settle` after the attempt.
template <class T>
boost::asio::awaitable<durable::Reconciled<T>> reconcile_creation(durable::ActivityContext& context,
                                                                  std::chrono::seconds settle, Look<T> look) {
    using Verdict = typename durable::Reconciled<T>::Verdict;
    const AttemptClock clock{context.info()};
    const auto noted = noted_attempt(context);
    // The attempt is over when this hook runs: its start is the latest moment that a request can have left.
    const durable::Timestamp attempted_at = noted.value_or(clock.now());
    if (!noted) note_attempt(context, attempted_at);
    // Taken before the vendor is asked: what is made while it answers must not be called absent.
    const bool settled = clock.now() - attempted_at >= settle;
    const auto seen = co_await look();
    const auto* sighting = std::get_if<Sighting<T>>(&seen);
    if (sighting == nullptr) co_return durable::Reconciled<T>{Verdict::unknown};
    if (sighting->found) co_return durable::Reconciled<T>{Verdict::happened, sighting->found};
    if (sighting->complete && settled) co_return durable::Reconciled<T>{Verdict::absent};
    co_return durable::Reconciled<T>{Verdict::unknown};
}

}  // namespace callflex
