#pragma once
// Requests of one run for units of semaphores: waiting, then held, until they are given back.

#include <map>
#include <memory>
#include <vector>

#include "engine/replay/commands.hpp"
#include "engine/workflow/runtime.hpp"

namespace durable::replay {

class SemaphoreMachine {
  public:
    explicit SemaphoreMachine(Commands& commands) : commands_(commands) {}

    /// Issues the request. One that no semaphore can grant blocks the activation.
    [[nodiscard]] detail::UnitsOperation acquire(detail::UnitsCall call);
    /// Gives held units back, or withdraws a request that waits; anything else is ignored.
    void release(EventId request, std::source_location where);
    /// News of a request that does not wait is ignored.
    void granted(const history::UnitsGranted& event);

    [[nodiscard]] bool is_waiting(EventId request) const { return waiting_.contains(request); }
    /// Waiting and held ones, by event id.
    [[nodiscard]] std::vector<PendingUnits> pending() const;

  private:
    class Request;

    Commands& commands_;
    std::map<EventId, history::UnitsRequested> requests_;
    std::map<EventId, std::shared_ptr<Request>> waiting_;
};

}  // namespace durable::replay
