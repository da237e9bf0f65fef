#pragma once
// What a worker asks of the database for its schedules: a connection of its own, one transaction a call. One
// thread. A call whose outcome is unknown is simply made again: a turn that had committed finds nothing left
// to do.

#include <memory>
#include <span>
#include <string>

#include "engine/store/payload_gate.hpp"
#include "engine/store/schedules.hpp"
#include "engine/store/worker_store.hpp"

namespace durable::store {

class ScheduleStore {
  public:
    /// `gate`: null is one without keys.
    explicit ScheduleStore(const std::string& connection_string, Faults faults = {},
                           std::shared_ptr<PayloadGate> gate = {});
    ~ScheduleStore();
    ScheduleStore(ScheduleStore&&) noexcept;

    // All throw StoreUnavailable when the database does not answer or asks to come again, and std::exception
    // for what coming again does not mend.
    ScheduleChanges apply(std::span<const ScheduleSpec> specs);
    DueSchedules due();
    /// None: another worker has it, or it is gone.
    std::optional<ScheduleTurn> take_turn(const std::string& id);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::store
