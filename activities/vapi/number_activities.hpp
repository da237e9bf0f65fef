#pragma once
// The implementations of import_number (with its reconcile hook) and assign_number, and what release_number
// needs.

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "activities/onboarding/number_steps.hpp"
#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::vapi {

[[nodiscard]] boost::asio::awaitable<ImportedNumber> import(std::shared_ptr<Vendors> vendors,
                                                            durable::ActivityContext& context,
                                                            NumberToImport number);
[[nodiscard]] boost::asio::awaitable<durable::Reconciled<ImportedNumber>> reconcile_import(
    std::shared_ptr<Vendors> vendors, durable::ActivityContext& context, NumberToImport number);
[[nodiscard]] boost::asio::awaitable<durable::Nothing> assign(std::shared_ptr<Vendors> vendors,
                                                              durable::ActivityContext& context,
                                                              NumberToAssign number);
/// Deletes the number at VAPI, if it is there. Throws ApplicationError.
[[nodiscard]] boost::asio::awaitable<durable::Nothing> drop_number(std::shared_ptr<Vendors> vendors,
                                                                   durable::ActivityContext& context,
                                                                   std::string number);

}  // namespace callflex::vapi
