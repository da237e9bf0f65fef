#include "engine/store/run_pages.hpp"

#include <map>

#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

StoredRun stored_run(const pqxx::row& row, bool open) {
    StoredRun run;
    run.run = RunId{uuid_of(row["run_id"].c_str())};
    run.chain = RunId{uuid_of(row["chain_id"].c_str())};
    run.workflow = WorkflowId{row["workflow_id"].as<std::string>()};
    run.type = row["type"].as<std::string>();
    run.open = open;
    return run;
}

using Places = std::map<RunId, StoredRun*>;

void fill_histories(pqxx::transaction_base& tx, const Places& places, const std::string& ids) {
    for (const auto& row : tx.exec_params(std::string{sql::load_histories}, ids)) {
        places.at(RunId{uuid_of(row[0].c_str())})
            ->history.push_back(
                {EventId{row[1].as<std::int32_t>()}, row[2].as<std::int32_t>(), bytes_of(row[3].c_str())});
    }
}

void fill_inboxes(pqxx::transaction_base& tx, const Places& places) {
    TextArray runs;
    for (const auto& [id, run] : places) {
        if (run->open) runs.add(id.value);
    }
    for (const auto& row : tx.exec_params(std::string{sql::unread_messages}, runs.literal())) {
        places.at(RunId{uuid_of(row[0].c_str())})
            ->inbox.push_back(
                {row[1].as<std::int64_t>(), bytes_of(row[2].c_str()), RunId{uuid_of(row[3].c_str())}});
    }
}

}  // namespace

OpenRuns count_open(pqxx::transaction_base& tx, const std::string& queue) {
    const auto row = tx.exec_params1(std::string{sql::open_run_count}, queue);
    return {row[0].as<std::int64_t>(), Timestamp{Duration{row[1].as<std::int64_t>()}}};
}

std::vector<StoredRun> open_page(pqxx::transaction_base& tx, const std::string& queue, RunId after,
                                 int page) {
    std::vector<StoredRun> runs;
    for (const auto& row :
         tx.exec_params(std::string{sql::open_run_page}, queue, after.value.to_string(), page)) {
        runs.push_back(stored_run(row, true));
        if (!row["build"].is_null()) runs.back().build = row["build"].as<std::string>();
    }
    return runs;
}

std::vector<StoredRun> newest_closed(pqxx::transaction_base& tx, const std::string& queue, int each,
                                     int looked_at) {
    std::vector<StoredRun> runs;
    for (const auto& row : tx.exec_params(std::string{sql::closed_run_page}, queue, each, looked_at))
        runs.push_back(stored_run(row, false));
    return runs;
}

void fill(pqxx::transaction_base& tx, std::vector<StoredRun>& runs) {
    TextArray ids;
    Places places;
    for (StoredRun& run : runs) {
        ids.add(run.run.value);
        places.emplace(run.run, &run);
    }
    if (places.empty()) return;
    fill_histories(tx, places, ids.literal());
    fill_inboxes(tx, places);
}

}  // namespace durable::store
