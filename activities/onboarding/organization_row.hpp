#pragma once
// The organization that is being set up, as its row and its plan say. For this room's transactional
// activities.

#include <pqxx/pqxx>
#include <string>

namespace callflex::setup {

struct OrganizationRow {
    std::string name;
    std::string time_zone;
    std::string settings;  ///< JSON
    std::string customer_id;
    std::string email;
    int assistants = 0;
    int assistants_max = 0;
    int phone_numbers = 0;
    int phone_numbers_max = 0;
};

/// Throws ApplicationError "OrganizationNotFound".
[[nodiscard]] OrganizationRow organization_row(pqxx::work& tx, const std::string& organization_id);

/// A final failure.
[[noreturn]] void refuse(const char* type, std::string message);

}  // namespace callflex::setup
