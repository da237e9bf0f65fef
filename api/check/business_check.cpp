#include "api/check/business_check.hpp"

#include "activities/tenancy.hpp"
#include "api_sql.hpp"

namespace callflex {

std::vector<durable::store::CheckLine> check_business(pqxx::connection& connection) {
    std::vector<std::string_view> statements;
    for (const api::sql::File& file : api::sql::all) {
        if (file.name.starts_with("check_")) statements.push_back(file.text);
    }
    pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> snapshot{connection};
    act_for_everybody(snapshot);
    return durable::store::run_checks(snapshot, statements);
}

}  // namespace callflex
