#include "activities/onboarding/organization_row.hpp"
#include "activities/onboarding/transactional_steps.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::setup {

void refuse(const char* type, std::string message) {
    throw durable::ApplicationError(type, std::move(message), {.retryable = false});
}

OrganizationRow organization_row(pqxx::work& tx, const std::string& organization_id) {
    const auto rows = durable::exec(tx, sql::onboarding_contact, organization_id);
    if (rows.empty()) refuse("OrganizationNotFound", "organization " + organization_id + " has no row");
    const auto row = rows[0];
    return {.name = row["name"].as<std::string>(),
            .time_zone = row["time_zone"].as<std::string>(),
            .settings = row["settings"].as<std::string>(),
            .customer_id = row["customer_id"].as<std::string>(),
            .email = row["email"].as<std::string>(),
            .assistants = row["assistants"].as<int>(),
            .assistants_max = row["assistants_max"].as<int>(),
            .phone_numbers = row["phone_numbers"].as<int>(),
            .phone_numbers_max = row["phone_numbers_max"].as<int>()};
}

OrganizationContact read_contact(durable::TransactionalContext&, pqxx::work& tx, OrganizationToSetUp input) {
    const OrganizationRow row = organization_row(tx, input.organization_id);
    return {.name = row.name, .email = row.email, .customer_id = row.customer_id};
}

durable::Nothing record_customer(durable::TransactionalContext&, pqxx::work& tx, CustomerEntry input) {
    durable::exec(tx, sql::onboarding_record_customer, input.organization_id, input.customer_id);
    return {};
}

TestCallAnswer find_test_call(durable::TransactionalContext&, pqxx::work& tx, TestCallQuestion input) {
    const auto row =
        durable::exec1(tx, sql::onboarding_find_test_call, input.organization_id, input.phone_number_id);
    return {.made = row["made"].as<bool>()};
}

durable::Nothing record_undone(durable::TransactionalContext&, pqxx::work& tx, OnboardingToUndo input) {
    if (!input.phone_number_id.empty())
        durable::exec(tx, sql::onboarding_discard_number, input.organization_id, input.phone_number_id);
    if (!input.assistant_id.empty())
        durable::exec(tx, sql::onboarding_discard_assistant, input.organization_id, input.assistant_id);
    return {};
}

}  // namespace callflex::setup
