// The logic of onboarding, activity by activity. Every activation is also replayed (tests/replay/script.hpp).

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/workflows/onboarding_rehearsal.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using durable::replay::RunStatus;
using test::OnboardingRehearsal;
using Names = OnboardingRehearsal::Names;

namespace {

const Names making{"prepare_assistant",      "create_assistant", "record_assistant", "search_numbers",
                   "reserve_number",         "buy_number",       "record_number",    "import_number",
                   "check_number",           "assign_number",    "record_link",      "read_contact",
                   "create_stripe_customer", "record_customer",  "send_email"};
const Names undoing{"release_number", "remove_assistant", "record_undone", "send_email"};

std::ptrdiff_t times(const OnboardingRehearsal& run, std::string_view activity) {
    return std::ranges::count(run.scheduled(), activity);
}

Names tail(const Names& names, std::size_t size) {
    return {names.end() - static_cast<std::ptrdiff_t>(size), names.end()};
}

/// Ready, and waiting for the test call.
OnboardingRehearsal ready() {
    OnboardingRehearsal run;
    run.rest();
    REQUIRE(run.state().step == OnboardingStep::ready_for_testing);
    return run;
}

}  // namespace

TEST_CASE("an ordinary onboarding makes each thing once, in order, and waits for the test call") {
    OnboardingRehearsal run = ready();
    CHECK(run.scheduled() == making);
    const OnboardingState state = run.state();
    CHECK(state.completed.size() == 5);
    CHECK(state.vapi_assistant_id == "vapi-assistant-1");
    CHECK(state.number == "+14155550101");
    CHECK(state.customer_id == "cus_1");
    CHECK_FALSE(state.error);

    run.signal("completeStep", "\"ready_for_testing\"").rest();
    REQUIRE(run.script.status() == RunStatus::completed);
    CHECK(run.result().tested);
    CHECK(run.result().number == "+14155550101");
    CHECK(run.result().notices.empty());
    CHECK(run.state().step == OnboardingStep::complete);
    CHECK(run.state().completed.size() == 6);
}

TEST_CASE("each step is told to dashboards with the state of that moment") {
    OnboardingRehearsal run;
    std::vector<OnboardingStep> told;
    while (!run.pending().empty()) {
        if (run.pending().front() == publish_live_event.name) {
            const LiveEvent event = run.input(publish_live_event);
            CHECK(event.type == "onboarding_progress");
            told.push_back(durable::decode<OnboardingState>(event.payload).step);
            run.finish(publish_live_event, {});
        } else {
            run.until(publish_live_event);
        }
    }
    CHECK(told == std::vector{OnboardingStep::creating_assistant, OnboardingStep::provisioning_number,
                              OnboardingStep::linking_number, OnboardingStep::setting_up_billing,
                              OnboardingStep::sending_welcome, OnboardingStep::ready_for_testing});
}

TEST_CASE("the operation ids of assistant and number are stored before anything is sent to a vendor") {
    OnboardingRehearsal run;
    run.until(create_assistant);
    CHECK(run.input(create_assistant).assistant_id == "assistant-1");
    run.until(buy_number);
    CHECK(run.input(buy_number).phone_number_id == "number-1");
    CHECK(run.input(buy_number).number == "+14155550101");
}

TEST_CASE("a failed step shows why and waits; retry runs it again and nothing that was done before it") {
    OnboardingRehearsal run;
    run.until(import_number).fail(import_number, "Vapi.http_400").rest();
    const OnboardingState waiting = run.state();
    CHECK(waiting.step == OnboardingStep::error);
    REQUIRE(waiting.error);
    CHECK(waiting.error->step == OnboardingStep::linking_number);
    CHECK(waiting.error->type == "Vapi.http_400");
    CHECK(waiting.error->waits_until - run.script.now == 7 * 24h);
    CHECK(run.script.status() == RunStatus::running);

    run.signal("retry").rest();
    CHECK(run.state().step == OnboardingStep::ready_for_testing);
    CHECK_FALSE(run.state().error);
    CHECK(times(run, "import_number") == 2);
    CHECK(times(run, "create_assistant") == 1);
    CHECK(times(run, "buy_number") == 1);
}

TEST_CASE("an outcome that is not known is shown as such") {
    OnboardingRehearsal run;
    run.until(create_assistant).fail(create_assistant, "", durable::RetryState::outcome_unknown).rest();
    REQUIRE(run.state().error);
    CHECK(run.state().error->outcome_unknown);
    CHECK(run.state().error->type == "outcome_unknown");
}

TEST_CASE("a number that was sold meanwhile is given up for another one, without asking anybody") {
    OnboardingRehearsal run;
    run.until(buy_number).fail(buy_number, "NumberNotForSale").until(reserve_number);
    CHECK(run.input(reserve_number).refused == std::vector<std::string>{"+14155550101"});
    run.rest();
    CHECK(run.state().number == "+14155550102");
    CHECK(times(run, "discard_number") == 1);
    CHECK(times(run, "buy_number") == 2);
}

TEST_CASE("after five numbers that were sold to others the step fails instead of trying for ever") {
    OnboardingRehearsal run;
    for (int i = 0; i < 5; ++i) run.until(buy_number).fail(buy_number, "NumberNotForSale");
    run.rest();
    REQUIRE(run.state().error);
    CHECK(run.state().error->type == "NoNumberAvailable");
    CHECK(times(run, "buy_number") == 5);
}

TEST_CASE("changeAreaCode chooses again at once when no number was to be had") {
    OnboardingRehearsal run;
    run.until(search_numbers).fail(search_numbers, "NoNumberAvailable").rest();
    run.signal("changeAreaCode", "\"628\"").until(search_numbers);
    CHECK(run.input(search_numbers).area_code == "628");
    run.rest();
    CHECK(run.state().area_code == "628");
    CHECK(run.state().step == OnboardingStep::ready_for_testing);
}

TEST_CASE("an area code that is changed before a number is chosen is used, without a failure") {
    OnboardingRehearsal run;
    run.until(create_assistant).signal("changeAreaCode", "\"628\"").until(search_numbers);
    CHECK(run.input(search_numbers).area_code == "628");
}

TEST_CASE("a purchase in doubt is given back before a number elsewhere is chosen") {
    OnboardingRehearsal run;
    run.until(buy_number).fail(buy_number, "", durable::RetryState::outcome_unknown).rest();
    run.signal("changeAreaCode", "\"628\"").until(release_number);
    CHECK(run.input(release_number).number == "+14155550101");
    CHECK(run.input(release_number).phone_number_id == "number-1");
    run.rest();
    CHECK(run.state().number == "+14155550102");
    CHECK(times(run, "discard_number") == 1);
}

TEST_CASE("signals with foreign text stop nothing: they become notices") {
    OnboardingRehearsal run;
    run.until(import_number).fail(import_number, "Vapi.http_400").rest();
    run.signal("changeAreaCode", "{\"a\":1}").signal("changeAreaCode", "\"628\"");
    run.signal("completeStep", "17").signal("completeStep", "\"no_such_step\"");
    run.signal("completeStep", "\"linking_number\"").rest();
    CHECK(run.state().step == OnboardingStep::error);
    CHECK(run.state().notices.size() == 5);
    CHECK(run.state().area_code == "415");
    run.signal("retry").rest();
    CHECK(run.state().step == OnboardingStep::ready_for_testing);
}

TEST_CASE("billing and welcome may be done by hand when they fail; what later steps need may not") {
    OnboardingRehearsal run;
    run.until(create_stripe_customer).fail(create_stripe_customer, "Stripe.not_configured").rest();
    run.signal("completeStep", "\"setting_up_billing\"").rest();
    CHECK(run.state().step == OnboardingStep::ready_for_testing);
    CHECK(run.state().customer_id.empty());
    CHECK(times(run, "send_email") == 1);
}

TEST_CASE("an organization that is a customer already stays that customer") {
    OnboardingRehearsal run;
    run.contact.customer_id = "cus_7";
    run.rest();
    CHECK(times(run, "create_stripe_customer") == 0);
    CHECK(run.state().customer_id == "cus_7");
}

TEST_CASE("without any address the welcome waits for one, and is sent once it is there") {
    OnboardingRehearsal run;
    run.contact.email.clear();
    run.rest();
    REQUIRE(run.state().error);
    CHECK(run.state().error->type == "NoContactAddress");
    run.contact.email = "late@acme.example";
    run.signal("retry").until(send_email);
    CHECK(run.input(send_email).to == "late@acme.example");
    CHECK(run.input(send_email).text.find("(415) 555-0101") != std::string::npos);
}

TEST_CASE("after seven days without help everything is taken back in reverse, and the run fails saying so") {
    OnboardingRehearsal run;
    run.until(assign_number).fail(assign_number, "Vapi.http_404").rest();
    run.script.wait(7 * 24h - 1s);
    CHECK(run.state().step == OnboardingStep::error);
    CHECK(run.pending().empty());
    run.script.wait(1s);
    run.rest();
    CHECK(run.script.status() == RunStatus::failed);
    const auto* end = std::get_if<durable::history::WorkflowFailed>(&run.script.commands().back());
    REQUIRE(end != nullptr);
    CHECK(end->failure.type == "OnboardingAbandoned");
    CHECK(end->failure.message.find("linking_number") != std::string::npos);
    const Names all = run.scheduled();
    CHECK(tail(all, 5) ==
          Names{"release_number", "remove_assistant", "record_undone", "read_contact", "send_email"});
    CHECK(run.state().number.empty());
    CHECK(run.state().vapi_assistant_id.empty());
}

TEST_CASE("an unrelated signal does not prolong the seven days") {
    OnboardingRehearsal run;
    run.until(assign_number).fail(assign_number, "Vapi.http_404").rest();
    run.script.wait(6 * 24h);
    run.signal("completeStep", "\"nonsense\"").rest();
    run.script.wait(24h);
    run.rest();
    CHECK(run.script.status() == RunStatus::failed);
}

TEST_CASE("cancelled at any vendor's step, the request ends first, and then everything is taken back") {
    const auto cancelled_at = [](const auto& activity, const Names& expected) {
        INFO(activity.name);
        OnboardingRehearsal run;
        run.until(activity);
        const auto before = run.scheduled().size();
        run.cancel();
        CHECK(run.pending() == Names{std::string{activity.name}});  // not interrupted
        run.rest();
        CHECK(run.script.status() == RunStatus::canceled);
        Names after = run.scheduled();
        after.erase(after.begin(), after.begin() + static_cast<std::ptrdiff_t>(before));
        for (const std::string& name : expected) CHECK(std::ranges::count(after, name) == 1);
        CHECK(std::ranges::count(after, "send_email") >= 1);
        CHECK(run.state().number.empty());
        CHECK(run.state().vapi_assistant_id.empty());
    };
    cancelled_at(create_assistant, {"remove_assistant", "record_undone"});
    cancelled_at(buy_number, {"release_number", "remove_assistant", "record_undone"});
    cancelled_at(import_number, {"release_number", "remove_assistant", "record_undone"});
    cancelled_at(create_stripe_customer, {"release_number", "remove_assistant", "record_undone"});
}

TEST_CASE("cancelled while dashboards are told of a step, that step does not begin") {
    OnboardingRehearsal run;
    run.until(record_assistant).finish(record_assistant, {});
    REQUIRE(run.pending() == Names{"publish_live_event"});
    run.cancel().rest();
    CHECK(run.script.status() == RunStatus::canceled);
    CHECK(times(run, "search_numbers") == 0);
    CHECK(times(run, "remove_assistant") == 1);
}

TEST_CASE("cancelled while it waits, for help or for the test call, everything is taken back at once") {
    OnboardingRehearsal waiting = ready();
    waiting.cancel().rest();
    CHECK(waiting.script.status() == RunStatus::canceled);
    CHECK(tail(waiting.scheduled(), undoing.size()) == undoing);

    OnboardingRehearsal helpless;
    helpless.until(create_assistant).fail(create_assistant, "Vapi.http_400").rest();
    helpless.cancel().rest();
    CHECK(helpless.script.status() == RunStatus::canceled);
    CHECK(times(helpless, "release_number") == 0);
    CHECK(times(helpless, "remove_assistant") == 1);
}

TEST_CASE("an assistant whose creation is in doubt is looked for and removed all the same") {
    OnboardingRehearsal run;
    run.until(create_assistant).fail(create_assistant, "", durable::RetryState::outcome_unknown).rest();
    run.cancel().until(remove_assistant);
    CHECK(run.input(remove_assistant).vapi_assistant_id.empty());
    CHECK(run.input(remove_assistant).assistant_id == "assistant-1");
}

TEST_CASE(
    "what cannot be taken back keeps its row, is told, and does not keep the rest from being taken back") {
    OnboardingRehearsal run = ready();
    run.cancel().until(release_number).fail(release_number, "Twilio.20003").until(record_undone);
    CHECK(run.input(record_undone).phone_number_id.empty());
    CHECK(run.input(record_undone).assistant_id == "assistant-1");
    run.rest();
    CHECK(run.script.status() == RunStatus::canceled);
    CHECK(run.state().number == "+14155550101");
    REQUIRE(run.state().notices.size() == 1);
    CHECK(run.state().notices[0].find("not released") != std::string::npos);
}

TEST_CASE("three days without a test call bring one reminder, fourteen days the end") {
    OnboardingRehearsal run = ready();
    run.script.wait(72h - 1s);
    CHECK(run.pending().empty());
    run.script.wait(1s);
    run.until(send_email);
    CHECK(run.input(send_email).event == "onboarding-reminder");
    run.rest();
    run.script.wait(11 * 24h);
    run.rest();
    REQUIRE(run.script.status() == RunStatus::completed);
    CHECK_FALSE(run.result().tested);
    CHECK(run.result().notices == std::vector<std::string>{"no test call within 14 days"});
    CHECK(times(run, "send_email") == 2);
}

TEST_CASE("a test call that nobody signalled is found in the calls, and nobody is reminded") {
    OnboardingRehearsal run = ready();
    run.test_call_made = true;
    run.script.wait(72h);
    run.rest();
    REQUIRE(run.script.status() == RunStatus::completed);
    CHECK(run.result().tested);
    CHECK(times(run, "send_email") == 1);
}

TEST_CASE("the test call may be told before anybody waits for it") {
    OnboardingRehearsal run;
    run.until(assign_number).signal("completeStep", "\"ready_for_testing\"").rest();
    CHECK(run.script.status() == RunStatus::completed);
    CHECK(run.result().tested);
}

TEST_CASE("dashboards that cannot be told hold up nothing") {
    OnboardingRehearsal run;
    run.fail(publish_live_event, "exception", durable::RetryState::timeout).rest();
    CHECK(run.state().step == OnboardingStep::ready_for_testing);
    CHECK(run.state().notices.size() == 1);
}

TEST_CASE("a request without an organization or a template is refused before anything is made") {
    OnboardingRequest request = test::onboarding_request();
    request.organization_id = "acme";
    durable::test::Script script{onboard, request};
    script.feed();
    CHECK(script.status() == RunStatus::failed);
    CHECK(script.execution().pending_activities().empty());
}
