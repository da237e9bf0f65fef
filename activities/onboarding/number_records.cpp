#include <algorithm>
#include <optional>

#include "activities/onboarding/organization_row.hpp"
#include "activities/onboarding/transactional_steps.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::setup {
namespace {

std::optional<ReservedNumber> reserved_already(pqxx::work& tx, const std::string& organization_id) {
    const auto rows = durable::exec(tx, sql::onboarding_reserved_number, organization_id);
    if (rows.empty()) return std::nullopt;
    return ReservedNumber{rows[0]["id"].as<std::string>(), rows[0]["number"].as<std::string>()};
}

std::optional<ReservedNumber> try_to_reserve(pqxx::work& tx, const std::string& organization_id,
                                             const std::string& number) {
    const auto rows = durable::exec(tx, sql::onboarding_reserve_number, organization_id, number);
    if (rows.empty()) return std::nullopt;
    return ReservedNumber{rows[0]["id"].as<std::string>(), rows[0]["number"].as<std::string>()};
}

}  // namespace

ReservedNumber reserve_number(durable::TransactionalContext&, pqxx::work& tx, NumberChoice input) {
    if (auto reserved = reserved_already(tx, input.organization_id)) return *std::move(reserved);
    const OrganizationRow organization = organization_row(tx, input.organization_id);
    if (organization.phone_numbers >= organization.phone_numbers_max)
        refuse("PlanLimitReached", "the plan allows no further number");
    for (const std::string& number : input.offered) {
        if (std::ranges::find(input.refused, number) != input.refused.end()) continue;
        if (auto reserved = try_to_reserve(tx, input.organization_id, number)) return *std::move(reserved);
    }
    refuse("NoNumberAvailable", "every number that is offered there is taken: choose another area code");
}

durable::Nothing record_number(durable::TransactionalContext&, pqxx::work& tx, NumberEntry input) {
    durable::exec(tx, sql::onboarding_record_number, input.organization_id, input.phone_number_id,
                  input.twilio_sid);
    return {};
}

durable::Nothing discard_number(durable::TransactionalContext&, pqxx::work& tx, DiscardedNumber input) {
    durable::exec(tx, sql::onboarding_discard_number, input.organization_id, input.phone_number_id);
    return {};
}

durable::Nothing record_link(durable::TransactionalContext&, pqxx::work& tx, LinkEntry input) {
    durable::exec(tx, sql::onboarding_link_number, input.organization_id, input.phone_number_id,
                  input.vapi_phone_number_id, input.assistant_id);
    durable::exec(tx, sql::onboarding_activate_assistant, input.organization_id, input.assistant_id);
    return {};
}

}  // namespace callflex::setup
