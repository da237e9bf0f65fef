#include "engine/store/workers.hpp"

#include "engine_store_sql.hpp"

namespace durable::store {

std::vector<LiveWorker> live_workers(pqxx::transaction_base& tx) {
    const auto moment = [](const pqxx::field& field) {
        return Timestamp{Duration{field.as<std::int64_t>()}};
    };
    std::vector<LiveWorker> workers;
    for (const auto& row : tx.exec(std::string{sql::live_workers})) {
        workers.push_back({WorkerNo{row[0].as<std::int32_t>()}, row[1].as<std::string>(),
                           row[2].as<std::string>(), row[3].as<std::string>(), moment(row[4]),
                           moment(row[5])});
    }
    return workers;
}

}  // namespace durable::store
