#include "engine/store/database_time.hpp"

#include "engine/store/planned_work.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {

Timestamp database_time(pqxx::transaction_base& tx) {
    return Timestamp{Duration{exec1(tx, sql::database_time)[0].as<std::int64_t>()}};
}

}  // namespace durable::store
