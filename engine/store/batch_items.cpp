#include "engine/store/batch_items.hpp"

#include <algorithm>
#include <set>

#include "engine/replay/open_work.hpp"
#include "engine/search/query.hpp"
#include "engine/store/search.hpp"
#include "engine/store/search_sql.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

/// A statement whose :condition is the job's filter; its values follow the caller's parameters.
struct Filtered {
    std::string text;
    std::vector<std::string> values;
};

Filtered filtered(pqxx::transaction_base& tx, std::string_view statement, const BatchRequest& request,
                  Timestamp created_at, int first_value) {
    const SearchWorld world = search_world(tx);
    SearchSql made{first_value};
    const std::string condition =
        made.condition(search::bind(search::parse(request.filter), world.catalog, created_at));
    return {filled(without_comment(statement), "condition", condition), made.values()};
}

std::string microseconds(Timestamp moment) {
    return std::to_string(moment.time_since_epoch().count());
}

pqxx::result run(pqxx::transaction_base& tx, const Filtered& statement, const std::vector<const char*>& own) {
    std::vector<const char*> parameters = own;
    for (const std::string& value : statement.values) parameters.push_back(value.c_str());
    return tx.exec_params(statement.text, pqxx::prepare::make_dynamic_params(parameters));
}

// --- runs -----------------------------------------------------------------------------------------------------------

std::string_view piece_of(BatchScope scope) {
    if (scope == BatchScope::ended_runs) return sql::batch_scope_ended;
    return scope == BatchScope::all_runs ? sql::batch_scope_all : sql::batch_scope_open;
}

BatchItems next_runs(pqxx::transaction_base& tx, const BatchRequest& request, Timestamp created_at,
                     const BatchCursor& cursor, int limit) {
    constexpr int first_value = 5;
    Filtered statement = filtered(tx, sql::batch_page, request, created_at, first_value);
    statement.text = filled(std::move(statement.text), "scope", without_comment(piece_of(scope_of(request))));
    const std::string size = std::to_string(limit);
    const std::string after = cursor.run.value.to_string();
    const std::string until = microseconds(created_at);
    BatchItems found{{}, cursor, false};
    for (const auto& row :
         run(tx, statement, {request.name_space.c_str(), size.c_str(), after.c_str(), until.c_str()})) {
        found.items.push_back({RunId{uuid_of(row[0].c_str())}, row[1].as<std::string>()});
    }
    if (!found.items.empty()) found.reached = {found.items.back().run, std::nullopt};
    found.last = static_cast<int>(found.items.size()) < limit;
    return found;
}

// --- activities -----------------------------------------------------------------------------------------------------

/// However slow the job is: most runs may turn out to have nothing pending of the type.
constexpr int runs_at_once = 100;

struct Candidate {
    RunId run;
    std::string queue;
    bool held = false;  ///< its history may know activities that have no row
};

std::vector<Candidate> candidates(pqxx::transaction_base& tx, const BatchRequest& request,
                                  Timestamp created_at, const BatchCursor& cursor) {
    constexpr int first_value = 7;
    const Filtered statement = filtered(tx, sql::batch_activity_runs, request, created_at, first_value);
    const std::string size = std::to_string(runs_at_once);
    const std::string from = cursor.run.value.to_string();
    const std::string until = microseconds(created_at);
    const char* const done_with = cursor.activity ? "false" : "true";
    std::vector<Candidate> found;
    for (const auto& row : run(tx, statement,
                               {request.name_space.c_str(), size.c_str(), from.c_str(), until.c_str(),
                                done_with, or_null(request.arguments.activity_type)})) {
        found.push_back({RunId{uuid_of(row[0].c_str())}, row[1].as<std::string>(), row[2].as<bool>()});
    }
    return found;
}

/// Those without a row are run by the run's own worker: only history knows them. It is read after the rows, so one that
/// gets its row in between is not missed.
std::set<EventId> pending_activities(pqxx::transaction_base& tx, const Candidate& candidate,
                                     const std::optional<std::string>& type) {
    std::set<EventId> found;
    const std::string id = candidate.run.value.to_string();
    for (const auto& row : tx.exec_params(std::string{sql::batch_activities}, id, or_null(type))) {
        found.insert(EventId{row[0].as<std::int32_t>()});
    }
    if (!candidate.held) return found;
    history::History history;
    for (const HistoryRow& row : load_history(tx, candidate.run)) {
        history.push_back(history::decode_activation(row.first_event, row.bytes));
    }
    for (const replay::OpenActivity& open : replay::open_work(history).activities) {
        if (!type || open.command->type == *type) found.insert(open.scheduled);
    }
    return found;
}

BatchItems next_activities(pqxx::transaction_base& tx, const BatchRequest& request, Timestamp created_at,
                           const BatchCursor& cursor, int limit) {
    BatchItems found{{}, cursor, false};
    const auto runs = candidates(tx, request, created_at, cursor);
    for (const Candidate& candidate : runs) {
        for (const EventId activity : pending_activities(tx, candidate, request.arguments.activity_type)) {
            const bool behind_us =
                candidate.run == cursor.run && cursor.activity && activity <= *cursor.activity;
            if (behind_us) continue;
            if (static_cast<int>(found.items.size()) == limit) return found;
            found.items.push_back({candidate.run, candidate.queue, activity});
            found.reached = {candidate.run, activity};
        }
        found.reached = {candidate.run, std::nullopt};
    }
    found.last = static_cast<int>(runs.size()) < runs_at_once;
    return found;
}

}  // namespace

BatchItems next_items(pqxx::transaction_base& tx, const BatchRequest& request, Timestamp created_at,
                      const BatchCursor& cursor, int limit) {
    return scope_of(request) == BatchScope::activities
               ? next_activities(tx, request, created_at, cursor, limit)
               : next_runs(tx, request, created_at, cursor, limit);
}

std::int64_t count_matching(pqxx::transaction_base& tx, const BatchRequest& request) {
    const search::Query query = search::parse(request.filter);
    if (!query.order.empty()) {
        throw search::QueryError(request.filter, query.order.front().at,
                                 "a batch job takes its runs in an order of its own");
    }
    const SearchWorld world = search_world(tx);
    // Names its mistakes by their own places.
    static_cast<void>(search::bind(query, world.catalog, world.now));
    const BatchScope scope = scope_of(request);
    if (scope == BatchScope::activities) {
        constexpr int first_value = 3;
        const Filtered statement = filtered(tx, sql::count_batch_activities, request, world.now, first_value);
        return run(tx, statement,
                   {request.name_space.c_str(), or_null(request.arguments.activity_type)})[0][0]
            .as<std::int64_t>();
    }
    const std::string filter = "(" + request.filter + ")";
    const auto counts = count_groups(tx, request.name_space,
                                     scope == BatchScope::open_runs    ? "Status = 'running' and " + filter
                                     : scope == BatchScope::ended_runs ? "Status != 'running' and " + filter
                                                                       : request.filter);
    return counts.empty() ? 0 : counts.front().runs;
}

}  // namespace durable::store
