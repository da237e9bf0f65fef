#include "engine/client/schedules.hpp"

#include <algorithm>

#include "engine/client/connection_pool.hpp"
#include "engine/client/transactions.hpp"
#include "engine/schedule/timetable.hpp"
#include "engine/store/payload_gate.hpp"

namespace durable::client {
namespace {

void must_exist(bool exists, const std::string& id) {
    if (!exists) throw NotFound("there is no schedule " + id);
}

/// The run of a trigger at this very moment, if a transaction whose answer was lost has started it.
std::optional<ScheduleDecision> already_triggered(pqxx::transaction_base& tx, const ScheduleInfo& info) {
    const WorkflowId workflow = schedule::Timetable{info.spec}.triggered_workflow_id(info.now);
    const auto run = store::resolve(tx, {info.spec.workflow.name_space, std::nullopt, workflow});
    if (!run) return std::nullopt;
    return ScheduleDecision{info.now, store::ScheduleOrigin::trigger, ScheduleFate::started, workflow, run};
}

ScheduleDecision decision_on(const store::ScheduleTurn& turn, Timestamp nominal) {
    const auto found = std::ranges::find_if(turn.decided, [&](const ScheduleDecision& decision) {
        return decision.origin == store::ScheduleOrigin::trigger && decision.nominal == nominal;
    });
    if (found == turn.decided.end()) throw std::logic_error("a turn of a schedule left out what was wished");
    return *found;
}

}  // namespace

class ScheduleClient::Impl {
  public:
    explicit Impl(const ClientOptions& options)
        : pool(options.connection_string, options.connections_max),
          transactions(pool, options.patience),
          gate(options.connection_string, options.payloads),
          notifier(with_deadlines(options.connection_string), options.notifications) {}

    ScheduleInfo find(const std::string& id) {
        std::optional<ScheduleInfo> info;
        transactions.read([&](pqxx::transaction_base& tx) { info = store::find_schedule(tx, gate, id); });
        must_exist(info.has_value(), id);
        return *info;
    }

    ConnectionPool pool;
    Transactions transactions;
    store::PayloadGate gate;
    store::IdSource ids;
    store::Notifier notifier;
};

ScheduleClient::ScheduleClient(const ClientOptions& options) : impl_(std::make_unique<Impl>(options)) {}
ScheduleClient::~ScheduleClient() = default;

ScheduleChanges ScheduleClient::apply(std::span<const ScheduleSpec> specs) {
    ScheduleChanges changes;
    impl_->transactions.write(
        [&](pqxx::transaction_base& tx, bool) { changes = store::apply_schedules(tx, impl_->gate, specs); });
    return changes;
}

bool ScheduleClient::create(const ScheduleSpec& spec) {
    bool created = false;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        created = store::create_schedule(tx, impl_->gate, spec);
        if (created || !in_doubt) return;
        const auto known = store::find_schedule(tx, impl_->gate, spec.id);
        created = known && known->spec == spec;
    });
    return created;
}

store::ScheduleUpdate ScheduleClient::update(const ScheduleSpec& spec, std::optional<std::int64_t> revision) {
    auto result = store::ScheduleUpdate::not_found;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        result = store::update_schedule(tx, impl_->gate, spec, revision);
        if (in_doubt && result == store::ScheduleUpdate::unchanged) result = store::ScheduleUpdate::updated;
    });
    return result;
}

std::vector<ScheduleInfo> ScheduleClient::list() {
    std::vector<ScheduleInfo> schedules;
    impl_->transactions.read(
        [&](pqxx::transaction_base& tx) { schedules = store::list_schedules(tx, impl_->gate); });
    return schedules;
}

ScheduleInfo ScheduleClient::describe(const std::string& id) {
    return impl_->find(id);
}

void ScheduleClient::pause(const std::string& id, const std::string& note) {
    bool exists = false;
    impl_->transactions.write(
        [&](pqxx::transaction_base& tx, bool) { exists = store::pause_schedule(tx, id, note); });
    must_exist(exists, id);
}

void ScheduleClient::unpause(const std::string& id, const std::string& note) {
    bool exists = false;
    impl_->transactions.write(
        [&](pqxx::transaction_base& tx, bool) { exists = store::unpause_schedule(tx, id, note); });
    must_exist(exists, id);
}

void ScheduleClient::remove(const std::string& id) {
    bool existed = false;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        existed = store::delete_schedule(tx, id) || in_doubt;
    });
    must_exist(existed, id);
}

ScheduleDecision ScheduleClient::trigger(const std::string& id, std::optional<OverlapPolicy> overlap) {
    // The moment that names the run is taken once, so that a repeated transaction means the same run.
    const ScheduleInfo info = impl_->find(id);
    std::optional<store::ScheduleTurn> turn;
    std::optional<ScheduleDecision> earlier;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        if (in_doubt) earlier = already_triggered(tx, info);
        if (!earlier) turn = store::trigger_schedule(tx, impl_->gate, impl_->ids, id, info.now, overlap);
    });
    if (earlier) return *earlier;
    must_exist(turn.has_value(), id);
    impl_->notifier.runs_ready(turn->queue);
    if (turn->canceled_a_run) impl_->notifier.messages(turn->queue);
    impl_->notifier.closed(turn->terminated);
    return decision_on(*turn, info.now);
}

std::size_t ScheduleClient::backfill(const std::string& id, Timestamp from, Timestamp until,
                                     OverlapPolicy overlap) {
    std::optional<std::size_t> count;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool) {
        count = store::backfill_schedule(tx, id, from, until, overlap);
    });
    must_exist(count.has_value(), id);
    return *count;
}

std::vector<Timestamp> next_times(const ScheduleInfo& schedule, std::size_t count) {
    if (!schedule.next_nominal) return {};
    if (schedule.spec.limited_actions) {
        const auto left = std::max<std::int64_t>(*schedule.spec.limited_actions - schedule.actions, 0);
        count = std::min(count, static_cast<std::size_t>(left));
    }
    const Timestamp after = std::max(schedule.now, *schedule.next_nominal - Duration{1});
    return schedule::Timetable{schedule.spec}.upcoming(after, count);
}

}  // namespace durable::client
