#pragma once
// The implementations of create_assistant (with its reconcile hook) and remove_assistant.

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "activities/onboarding/assistant_steps.hpp"
#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::vapi {

[[nodiscard]] boost::asio::awaitable<CreatedAssistant> create(std::shared_ptr<Vendors> vendors,
                                                              durable::ActivityContext& context,
                                                              PreparedAssistant assistant);
[[nodiscard]] boost::asio::awaitable<durable::Reconciled<CreatedAssistant>> reconcile_assistant(
    std::shared_ptr<Vendors> vendors, durable::ActivityContext& context, PreparedAssistant assistant);
[[nodiscard]] boost::asio::awaitable<durable::Nothing> remove(std::shared_ptr<Vendors> vendors,
                                                              durable::ActivityContext& context,
                                                              AssistantToRemove assistant);

}  // namespace callflex::vapi
