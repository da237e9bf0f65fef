#include "engine/store/own_session.hpp"

#include "engine_store_sql.hpp"

namespace durable::store {

bool make_own(pqxx::connection& connection) {
    const auto served_by = pqxx::nontransaction{connection}.exec1(std::string{sql::backend_process})[0];
    // A pooler makes the number up.
    const bool own = served_by.as<int>() == connection.backendpid();
    if (!own) return false;
    connection.set_variable("enable_seqscan", "off");
    connection.set_variable("plan_cache_mode", "force_generic_plan");
    return true;
}

void plan_freely(pqxx::transaction_base& tx, std::chrono::milliseconds time_limit) {
    tx.exec_params(std::string{sql::plan_freely}, std::to_string(time_limit.count()));
}

}  // namespace durable::store
