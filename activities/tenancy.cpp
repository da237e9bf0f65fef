#include "activities/tenancy.hpp"

#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex {

void act_for(pqxx::transaction_base& tx, const std::string& organization_id) {
    durable::exec(tx, sql::act_for, organization_id);
}

void act_for_everybody(pqxx::transaction_base& tx) {
    tx.exec(std::string{sql::act_for_everybody});
}

void act_for_nobody(pqxx::transaction_base& tx) {
    tx.exec(std::string{sql::act_for_nobody});
}

}  // namespace callflex
