// Declaring, pausing, backfilling, deleting schedules, and finding the due ones. Acting is in
// schedule_turn.cpp.

#include "engine/store/schedules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "engine/schedule/overlap.hpp"
#include "engine/schedule/timetable.hpp"
#include "engine/store/database_time.hpp"
#include "engine/store/schedule_action.hpp"
#include "engine/store/schedule_input.hpp"
#include "engine/store/schedule_rows.hpp"
#include "engine/store/search.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using schedule::Timetable;

std::vector<Timetable> compile(std::span<const ScheduleSpec> specs) {
    std::vector<Timetable> timetables;
    std::set<std::string> ids;
    for (const ScheduleSpec& spec : specs) {
        timetables.push_back(checked_timetable(spec));
        if (!ids.insert(spec.id).second) {
            throw schedule::ScheduleError(fmt::format("schedule \"{}\" is declared twice", spec.id));
        }
    }
    return timetables;
}

bool create(pqxx::transaction_base& tx, PayloadGate& gate, const Timetable& timetable, Timestamp now) {
    const auto nominal = timetable.next_after(now);
    std::optional<Timestamp> look;
    if (nominal) look = timetable.due(*nominal);
    const auto nominal_text = microseconds_text(nominal);
    const auto look_text = microseconds_text(look);
    ScheduleSpec for_row = timetable.spec();
    seal_input(gate, for_row.workflow);
    return tx.exec_params(std::string{sql::insert_schedule}, for_row.id, encode(for_row).json,
                          or_null(nominal_text), or_null(look_text))
               .affected_rows() == 1;
}

/// A nominal time of the old spec that is due already and has not been acted upon bounds the new spec's first
/// one from below: what an outage left to catch up with is not lost by a deployment.
void update(pqxx::transaction_base& tx, const ScheduleRow& row, const Timetable& timetable,
            const ScheduleSpec& for_row) {
    Timestamp after = row.now;
    if (!row.paused && row.next_nominal) after = std::min(after, *row.next_nominal - Duration{1});
    if (!row.paused && row.rules_since) after = std::min(after, *row.rules_since);
    const auto nominal_text = microseconds_text(timetable.next_after(after));
    const auto now_text = microseconds_text(row.now);
    tx.exec_params(std::string{sql::update_schedule}, row.id, encode(for_row).json, or_null(nominal_text),
                   or_null(now_text));
}

/// Saves the row so that the next look is now: a worker's turn finds out what there is to do.
void save_and_look(pqxx::transaction_base& tx, const ScheduleRow& row) {
    save_schedule(tx, row, row.now);
}

}  // namespace

ScheduleChanges apply_schedules(pqxx::transaction_base& tx, PayloadGate& gate,
                                std::span<const ScheduleSpec> specs) {
    const std::vector<Timetable> timetables = compile(specs);
    const Timestamp now = database_time(tx);
    ScheduleChanges changes;
    std::map<std::string, ScheduleSpec> undeclared;
    for (ScheduleInfo& known : list_schedules(tx, gate))
        undeclared.emplace(known.spec.id, std::move(known.spec));
    for (const Timetable& timetable : timetables) {
        const std::string& id = timetable.spec().id;
        const auto known = undeclared.extract(id);
        if (known && known.mapped() == timetable.spec()) continue;  // the common case takes no lock
        if (create(tx, gate, timetable, now)) {
            changes.created.push_back(id);
            continue;
        }
        const auto row = lock_schedule(tx, id, RowLock::wait);
        if (!row) continue;
        const ComparedSpec compared = compare_spec(gate, row->spec, timetable.spec(), Wish::declaration);
        if (compared.same) continue;
        update(tx, *row, timetable, compared.row);
        changes.updated.push_back(id);
    }
    for (const auto& [id, spec] : undeclared) changes.undeclared.push_back(id);
    return changes;
}

bool create_schedule(pqxx::transaction_base& tx, PayloadGate& gate, const ScheduleSpec& spec) {
    const Timetable timetable = compile(std::array{spec}).front();
    check_attribute_types(search_world(tx).catalog, spec);
    return create(tx, gate, timetable, database_time(tx));
}

ScheduleUpdate update_schedule(pqxx::transaction_base& tx, PayloadGate& gate, const ScheduleSpec& spec,
                               std::optional<std::int64_t> revision) {
    const Timetable timetable = compile(std::array{spec}).front();
    check_attribute_types(search_world(tx).catalog, spec);
    const auto row = lock_schedule(tx, spec.id, RowLock::wait);
    if (!row) return ScheduleUpdate::not_found;
    const ComparedSpec compared = compare_spec(gate, row->spec, spec, Wish::order);
    if (compared.same) return ScheduleUpdate::unchanged;
    if (revision && *revision != row->revision) return ScheduleUpdate::conflict;
    update(tx, *row, timetable, compared.row);
    return ScheduleUpdate::updated;
}

bool pause_schedule(pqxx::transaction_base& tx, const std::string& id, const std::string& note) {
    auto row = lock_schedule(tx, id, RowLock::wait);
    if (!row) return false;
    row->paused = true;
    row->note = note;
    save_and_look(tx, *row);
    return true;
}

bool unpause_schedule(pqxx::transaction_base& tx, const std::string& id, const std::string& note) {
    auto row = lock_schedule(tx, id, RowLock::wait);
    if (!row) return false;
    if (row->paused) {
        const Timestamp after = row->next_nominal ? *row->next_nominal - Duration{1} : row->now;
        row->next_nominal = checked_timetable(row->spec).next_after(std::max(row->now, after));
        row->rules_since.reset();
    }
    row->paused = false;
    row->note = note;
    save_and_look(tx, *row);
    return true;
}

bool delete_schedule(pqxx::transaction_base& tx, const std::string& id) {
    return tx.exec_params(std::string{sql::delete_schedule}, id).affected_rows() == 1;
}

std::optional<std::size_t> backfill_schedule(pqxx::transaction_base& tx, const std::string& id,
                                             Timestamp from, Timestamp until, OverlapPolicy overlap) {
    const auto row = lock_schedule(tx, id, RowLock::wait);
    if (!row) return std::nullopt;
    const std::size_t room =
        schedule::buffered_max - std::min(schedule::buffered_max, load_buffer(tx, id).size());
    const Timetable timetable{row->spec};
    std::vector<BufferedNominal> wanted;
    auto nominal = timetable.next_after(from - Duration{1});
    while (nominal && *nominal < until) {
        if (wanted.size() == room) {
            throw std::invalid_argument(
                fmt::format("the range has more nominal times than may wait ({} more may now); backfill a "
                            "shorter range first",
                            room));
        }
        wanted.push_back({*nominal, ScheduleOrigin::backfill, overlap});
        nominal = timetable.next_after(*nominal);
    }
    buffer(tx, id, wanted);
    save_and_look(tx, *row);
    return wanted.size();
}

DueSchedules due_schedules(const pqxx::result& rows) {
    std::set<std::string> ids;
    DueSchedules due;
    for (const auto& row : rows) {
        const Duration wait{row[1].as<std::int64_t>()};
        if (wait <= Duration{0}) {
            ids.insert(row[0].as<std::string>());
        } else {
            due.next_in = std::min(wait, due.next_in.value_or(wait));
        }
    }
    due.ids.assign(ids.begin(), ids.end());
    return due;
}

}  // namespace durable::store
