#pragma once
// The implementations of search_numbers, buy_number (with its reconcile hook), check_number and
// release_number.

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "activities/onboarding/number_steps.hpp"
#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::twilio {

[[nodiscard]] boost::asio::awaitable<NumbersOnSale> search(std::shared_ptr<Vendors> vendors,
                                                           durable::ActivityContext& context,
                                                           NumberSearch wanted);
[[nodiscard]] boost::asio::awaitable<BoughtNumber> buy(std::shared_ptr<Vendors> vendors,
                                                       durable::ActivityContext& context,
                                                       ReservedNumber number);
[[nodiscard]] boost::asio::awaitable<durable::Reconciled<BoughtNumber>> reconcile_purchase(
    std::shared_ptr<Vendors> vendors, durable::ActivityContext& context, ReservedNumber number);
[[nodiscard]] boost::asio::awaitable<CheckedNumber> check_number(std::shared_ptr<Vendors> vendors,
                                                                 durable::ActivityContext& context,
                                                                 NumberToCheck number);
/// At VAPI first: a number that Twilio has taken back must not answer for us.
[[nodiscard]] boost::asio::awaitable<durable::Nothing> release(std::shared_ptr<Vendors> vendors,
                                                               durable::ActivityContext& context,
                                                               NumberToRelease number);

}  // namespace callflex::twilio
