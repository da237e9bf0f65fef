// What onboarding writes down: one assistant and one number in the making for an organization, numbers
// nobody else has.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "activities/onboarding/transactional_steps.hpp"
#include "tests/workflows/product_database.hpp"

using namespace callflex;
using test::ProductDatabase;

namespace {

const std::string organization = test::organization_id;
constexpr const char* other = "0199f0a4-0000-7000-8000-0000000000a2";

AssistantToPrepare general(const std::string& description = "Freight") {
    return {organization,
            "general-receptionist",
            {fmt::format(R"({{"businessDescription":"{}"}})", description)}};
}

template <class F>
durable::Failure failure_of(F attempt) {
    try {
        attempt();
    } catch (const durable::ApplicationError& error) {
        return error.failure();
    }
    return {};
}

}  // namespace

TEST_CASE("an assistant is prepared from its template; prepared again it is the same one, with what is new") {
    ProductDatabase db;
    const auto first = db.run(setup::prepare_assistant, general());
    CHECK(first.name == "Acme Freight - Front desk");
    CHECK(first.prompt.find("Acme Freight") != std::string::npos);
    CHECK(first.prompt.find("{{") == std::string::npos);
    CHECK_FALSE(first.functions.empty());
    const auto second = db.run(setup::prepare_assistant, general("Ships and trains"));
    CHECK(second.assistant_id == first.assistant_id);
    CHECK(second.prepared_at == first.prepared_at);
    CHECK(db.value("select count(*) from app.assistants") == "1");
    CHECK(db.value("select prompt like '%Ships and trains%' from app.assistants") == "t");
    CHECK(db.value("select use_count from app.templates where slug = 'general-receptionist'") == "1");
}

TEST_CASE("what cannot be prepared is refused for good, with the reason") {
    ProductDatabase db;
    const auto type = [&](const AssistantToPrepare& input) {
        const auto failure = failure_of([&] { db.run(setup::prepare_assistant, input); });
        CHECK_FALSE(failure.retryable);
        return failure.type;
    };
    CHECK(type({organization, "no-such", {}}) == "TemplateNotFound");
    CHECK(type({organization, "general-receptionist", {R"({"colour":"red"})"}}) == "TemplateRejected");
    CHECK(type({other, "general-receptionist", {}}) == "OrganizationNotFound");
    db.database.execute("update app.plans set assistants_max = 1 where slug = 'starter'");
    const auto prepared = db.run(setup::prepare_assistant, general());
    db.database.execute("update app.assistants set status = 'active'");
    CHECK(type(general()) == "PlanLimitReached");
    CHECK_FALSE(prepared.assistant_id.empty());
}

TEST_CASE("the first number that nobody has is reserved, and stays reserved when it is asked for again") {
    ProductDatabase db;
    db.database.execute(fmt::format(
        "insert into app.organizations (id, name, slug, billing_period_start, billing_period_end) values "
        "('{0}', 'Other', 'other', '2026-11-01', '2026-12-01'); insert into app.phone_numbers "
        "(organization_id, id, number) values ('{0}', app.uuid_v7(), '+14155550100')",
        other));
    const NumberChoice choice{
        organization, {"+14155550100", "+14155550101", "+14155550102"}, {"+14155550101"}};
    const auto reserved = db.run(setup::reserve_number, choice);
    CHECK(reserved.number == "+14155550102");
    CHECK(db.run(setup::reserve_number, choice).phone_number_id == reserved.phone_number_id);
    CHECK(db.value("select count(*) from app.phone_numbers where status = 'provisioning'") == "1");
    db.run(setup::discard_number, {organization, reserved.phone_number_id});
    const auto failure =
        failure_of([&] { db.run(setup::reserve_number, {organization, {"+14155550100"}, {}}); });
    CHECK(failure.type == "NoNumberAvailable");
    CHECK_FALSE(failure.retryable);
}

TEST_CASE("linked, assistant and number are active and belong together; undone, both are out of use") {
    ProductDatabase db;
    const auto assistant = db.run(setup::prepare_assistant, general());
    db.run(setup::record_assistant, {organization, assistant.assistant_id, "vapi-1"});
    const auto number = db.run(setup::reserve_number, {organization, {"+14155550100"}, {}});
    db.run(setup::record_number, {organization, number.phone_number_id, "PN1"});
    db.run(setup::record_link, {organization, number.phone_number_id, "vapi-n1", assistant.assistant_id});
    CHECK(db.value("select a.status || ' ' || a.sync_state || ' ' || n.status || ' ' || n.twilio_sid from "
                   "app.phone_numbers n join app.assistants a on a.id = n.assistant_id") ==
          "active synced active PN1");
    db.run(setup::record_undone, {organization, assistant.assistant_id, number.phone_number_id});
    CHECK(db.value("select a.status || ' ' || n.status from app.phone_numbers n join app.assistants a on "
                   "a.id = n.assistant_id") == "deleted released");
    CHECK(db.run(setup::reserve_number, {organization, {"+14155550100"}, {}}).number == "+14155550100");
}

TEST_CASE(
    "the owner is written to before the addresses for notifications, and a customer is never replaced") {
    ProductDatabase db;
    db.set_settings(R"({"notifications": {"email": ["desk@acme.example"]}})");
    CHECK(db.run(setup::read_contact, {organization}).email == "desk@acme.example");
    db.database.execute(
        fmt::format("with u as (insert into app.users (id, email) values (app.uuid_v7(), "
                    "'owner@acme.example') returning id) "
                    "insert into app.organization_members (organization_id, user_id, role) select '{}', id, "
                    "'owner' from u",
                    organization));
    CHECK(db.run(setup::read_contact, {organization}).email == "owner@acme.example");
    db.run(setup::record_customer, {organization, "cus_1"});
    db.run(setup::record_customer, {organization, "cus_2"});
    CHECK(db.run(setup::read_contact, {organization}).customer_id == "cus_1");
}

TEST_CASE("a call on the number counts as the test call, one on another number does not") {
    ProductDatabase db;
    const auto number = db.run(setup::reserve_number, {organization, {"+14155550100"}, {}});
    const TestCallQuestion question{organization, number.phone_number_id};
    CHECK_FALSE(db.run(setup::find_test_call, question).made);
    const auto insert = [&](const char* to) {
        db.database.execute(
            fmt::format("insert into app.calls (organization_id, started_at, id, vendor_call_id, to_number, "
                        "status) values "
                        "('{}', now(), app.uuid_v7(), '{}', '{}', 'in_progress')",
                        organization, to, to));
    };
    insert("+14155550199");
    CHECK_FALSE(db.run(setup::find_test_call, question).made);
    insert("+14155550100");
    CHECK(db.run(setup::find_test_call, question).made);
}
