#pragma once
// The transactional activities of onboarding; see assistant_steps.hpp, number_steps.hpp and records.hpp for
// what each does. Each may be repeated without doing anything twice.

#include <pqxx/pqxx>

#include "activities/onboarding/assistant_steps.hpp"
#include "activities/onboarding/number_steps.hpp"
#include "activities/onboarding/records.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::setup {

PreparedAssistant prepare_assistant(durable::TransactionalContext& context, pqxx::work& tx,
                                    AssistantToPrepare input);
durable::Nothing record_assistant(durable::TransactionalContext& context, pqxx::work& tx,
                                  AssistantEntry input);
ReservedNumber reserve_number(durable::TransactionalContext& context, pqxx::work& tx, NumberChoice input);
durable::Nothing record_number(durable::TransactionalContext& context, pqxx::work& tx, NumberEntry input);
durable::Nothing discard_number(durable::TransactionalContext& context, pqxx::work& tx,
                                DiscardedNumber input);
durable::Nothing record_link(durable::TransactionalContext& context, pqxx::work& tx, LinkEntry input);
OrganizationContact read_contact(durable::TransactionalContext& context, pqxx::work& tx,
                                 OrganizationToSetUp input);
durable::Nothing record_customer(durable::TransactionalContext& context, pqxx::work& tx, CustomerEntry input);
TestCallAnswer find_test_call(durable::TransactionalContext& context, pqxx::work& tx, TestCallQuestion input);
durable::Nothing record_undone(durable::TransactionalContext& context, pqxx::work& tx,
                               OnboardingToUndo input);

}  // namespace callflex::setup
