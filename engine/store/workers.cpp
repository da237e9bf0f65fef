#include "engine/store/workers.hpp"

#include "engine_store_sql.hpp"

namespace durable::store {

namespace {

std::optional<LiveWorker::State> state_of(const pqxx::row& row) {
    if (row["runs_held"].is_null()) return std::nullopt;
    LiveWorker::State state;
    state.runs_held = row["runs_held"].as<int>();
    state.runs_max = row["runs_max"].as<int>();
    state.async_used = row["async_used"].as<int>();
    state.async_slots = row["async_slots"].as<int>();
    state.transactional_used = row["transactional_used"].as<int>();
    state.transactional_slots = row["transactional_slots"].as<int>();
    if (!row["last_claim_at"].is_null())
        state.last_claim_at = Timestamp{Duration{row["last_claim_at"].as<std::int64_t>()}};
    state.runs_claimed_per_second = row["runs_claimed_per_second"].as<double>();
    state.rows_claimed_per_second = row["rows_claimed_per_second"].as<double>();
    state.runs_closed_per_second = row["runs_closed_per_second"].as<double>();
    return state;
}

}  // namespace

std::vector<LiveWorker> live_workers(pqxx::transaction_base& tx) {
    const auto moment = [](const pqxx::field& field) {
        return Timestamp{Duration{field.as<std::int64_t>()}};
    };
    std::vector<LiveWorker> workers;
    for (const auto& row : tx.exec(std::string{sql::live_workers})) {
        workers.push_back({WorkerNo{row[0].as<std::int32_t>()}, row[1].as<std::string>(),
                           row[2].as<std::string>(), row[3].as<std::string>(), moment(row[4]), moment(row[5]),
                           state_of(row)});
    }
    return workers;
}

}  // namespace durable::store
