#include "engine/store/schedule_store.hpp"

#include <optional>

#include "engine/store/lone_session.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

/// Schedules that one look tells of.
constexpr int due_page = 100;

}  // namespace

class ScheduleStore::Impl {
  public:
    Impl(const std::string& url, Faults faults, std::shared_ptr<PayloadGate> given)
        : session(url, "schedules", std::move(faults)),
          gate(given ? std::move(given) : std::make_shared<PayloadGate>(url, payloads::Settings{})) {}
    LoneSession session;
    std::shared_ptr<PayloadGate> gate;
};

ScheduleStore::ScheduleStore(const std::string& connection_string, Faults faults,
                             std::shared_ptr<PayloadGate> gate)
    : impl_(std::make_unique<Impl>(connection_string, std::move(faults), std::move(gate))) {}
ScheduleStore::~ScheduleStore() = default;
ScheduleStore::ScheduleStore(ScheduleStore&&) noexcept = default;

ScheduleChanges ScheduleStore::apply(std::span<const ScheduleSpec> specs) {
    ScheduleChanges changes;
    impl_->session.transact("apply_schedules",
                            [&](pqxx::work& tx) { changes = apply_schedules(tx, *impl_->gate, specs); });
    return changes;
}

DueSchedules ScheduleStore::due() {
    return due_schedules(impl_->session.ask({"schedules_due", sql::schedules_due}, due_page));
}

std::optional<ScheduleTurn> ScheduleStore::take_turn(const std::string& id) {
    std::optional<ScheduleTurn> turn;
    impl_->session.transact("schedule_turn", [&](pqxx::work& tx) {
        turn = take_schedule_turn(tx, *impl_->gate, impl_->session.ids, id);
    });
    return turn;
}

}  // namespace durable::store
