#include "engine/store/tail.hpp"

#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {

Positions history_ends(pqxx::transaction_base& tx, const std::vector<RunId>& runs) {
    TextArray ids;
    for (const RunId& run : runs) ids.add(run.value);
    Positions ends;
    for (const auto& row : tx.exec_params(std::string{sql::last_events}, ids.literal())) {
        ends.emplace(RunId{uuid_of(row[0].c_str())}, EventId{row[1].as<std::int32_t>()});
    }
    return ends;
}

std::vector<std::pair<RunId, HistoryRow>> tail(pqxx::transaction_base& tx, const Positions& from,
                                               std::int32_t each) {
    TextArray runs;
    TextArray events;
    for (const auto& [run, event] : from) {
        runs.add(run.value);
        events.add(std::int64_t{event.value});
    }
    std::vector<std::pair<RunId, HistoryRow>> rows;
    for (const auto& row :
         tx.exec_params(std::string{sql::tail_events}, runs.literal(), events.literal(), each)) {
        rows.emplace_back(RunId{uuid_of(row[0].c_str())},
                          HistoryRow{EventId{row[1].as<std::int32_t>()}, row[2].as<std::int32_t>(),
                                     bytes_of(row[3].c_str())});
    }
    return rows;
}

}  // namespace durable::store
