#include "engine/store/local_commit.hpp"

#include <string>

#include "engine/store/sqlstate.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {

bool LocalCommitWatch::operator()(const char message[]) noexcept {
    heard_ = heard_ || says_only_local("01000", message);
    return true;
}

void wait_for_standby(pqxx::transaction_base& tx) {
    tx.exec(std::string{sql::wait_for_standby});
}

}  // namespace durable::store
