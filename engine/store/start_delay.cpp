#include "engine/store/start_delay.hpp"

#include "engine_store_sql.hpp"

namespace durable::store {

void keep_start_delay(pqxx::transaction_base& tx, const StartRequest& request, const StartResult& started) {
    if (started.outcome != StartResult::Outcome::started || !request.start_delay) return;
    tx.exec_params(std::string{sql::keep_start_delay}, started.run.value.to_string(),
                   std::int64_t{request.start_delay->count()});
}

}  // namespace durable::store
