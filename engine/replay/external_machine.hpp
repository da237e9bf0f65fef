#pragma once
// Messages that one run sends to other workflows: ordered, then delivered or not.

#include <map>
#include <memory>

#include "engine/replay/commands.hpp"
#include "engine/workflow/runtime.hpp"

namespace durable::replay {

class ExternalMachine {
  public:
    explicit ExternalMachine(Commands& commands) : commands_(commands) {}

    /// Issues the order. A name that nobody can have blocks the activation.
    [[nodiscard]] std::shared_ptr<detail::Operation> send(detail::ExternalCall call);
    // News of an order that is not pending is ignored.
    void delivered(const history::ExternalDelivered& event);
    void failed(const history::ExternalFailed& event);
    [[nodiscard]] bool is_pending(EventId ordered) const { return pending_.contains(ordered); }

  private:
    class Order;

    Commands& commands_;
    std::map<EventId, std::shared_ptr<Order>> pending_;
};

}  // namespace durable::replay
