// transfer-call: VAPI is told once, and the action says what came of it.

#include "workflows/transfer_call.hpp"

#include <doctest/doctest.h>

#include "activities/live_transfer_activities.hpp"
#include "engine/client/client.hpp"
#include "engine/worker/worker.hpp"
#include "tests/replay/script.hpp"
#include "tests/workflows/canned_server.hpp"
#include "tests/workflows/product_database.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using durable::test::Script;

namespace {

const std::string action = "0199f0a4-0000-7000-8000-0000000000aa";

LiveTransfer to_dispatch(const std::string& control_url) {
    return {.organization_id = test::organization_id,
            .action_id = action,
            .control_url = control_url,
            .number = "+15550100300",
            .message = "Connecting you to dispatch now.",
            .summary = "A caller for you: late load",
            .warm = true};
}

/// A worker whose VAPI is a canned server, and a pending action.
class Switchboard {
  public:
    explicit Switchboard(const std::string& allowed) {
        VendorConfig config;
        config.vapi.api_key = Secret{"key"};
        config.vapi.control_hosts = {allowed.empty() ? vapi.url() : allowed};
        workflows_.add(transfer_call, connect_caller);
        register_transfer_activities(activities_, std::make_shared<Vendors>(config));
        db.database.execute(
            std::string{"insert into app.call_actions (organization_id, id, vendor_call_id, tool_call_id, "
                        "type, status, result) values ('"} +
            test::organization_id + "', '" + action +
            "', 'c1', 't1', 'transferCall', 'pending', 'One moment please.')");
        worker_.emplace(
            durable::worker::WorkerOptions{
                .connection_string = db.database.url(), .name = "test", .build = "test"},
            workflows_, activities_);
        worker_->start();
    }

    TransferResult transfer(const std::string& control_url) {
        const durable::WorkflowId id{"transfer-call-" + action};
        client.start(transfer_call, to_dispatch(control_url),
                     {.workflow = id, .tenant = durable::Tenant{test::organization_id}});
        durable::client::RunRef run{};
        run.workflow = id;
        return client.result(transfer_call, run, 60s);
    }

    test::CannedServer vapi;
    test::ProductDatabase db;
    durable::client::Client client{{.connection_string = db.database.url()}};

  private:
    durable::WorkflowRegistry workflows_;
    durable::worker::ActivityRegistry activities_;
    std::optional<durable::worker::Worker> worker_;
};

}  // namespace

TEST_CASE("a transfer is posted once to the call's control URL, and its action is completed") {
    Switchboard board{""};
    board.vapi.answer("/c1/control", "HTTP/1.1 200 OK\r\nContent-Type: application/json", "{}");
    const auto result = board.transfer(board.vapi.url("/c1/control"));
    CHECK(result.reason.empty());
    CHECK(result.status == "completed");
    REQUIRE(board.vapi.requests().size() == 1);
    const std::string request = board.vapi.requests().front();
    CHECK(request.find(R"("number":"+15550100300")") != std::string::npos);
    CHECK(request.find("late load") != std::string::npos);
    CHECK(board.db.value("select status from app.call_actions") == "completed");
}

TEST_CASE("a transfer that VAPI refuses is not repeated, and its action says why it failed") {
    Switchboard board{""};
    const auto result = board.transfer(board.vapi.url("/gone/control"));
    CHECK(result.status == "failed");
    CHECK(board.vapi.requests().size() == 1);
    CHECK(board.db.value("select status from app.call_actions") == "failed");
    CHECK(board.db.value("select data ->> 'failure' from app.call_actions") == result.reason);
    CHECK(result.reason.find("/gone/control") == std::string::npos);
}

TEST_CASE("a control URL that leads elsewhere is never called, whoever started the run") {
    Switchboard board{"vapi.ai"};
    board.vapi.answer("/c1/control", "HTTP/1.1 200 OK", "");
    const auto result = board.transfer(board.vapi.url("/c1/control"));
    CHECK(result.status == "failed");
    CHECK(board.vapi.requests().empty());
    CHECK(result.reason.find("VAPI_CONTROL_HOSTS") != std::string::npos);
}

TEST_CASE("a transfer that nobody knows the outcome of is listed as failed, with the doubt") {
    Script script{connect_caller, to_dispatch("https://control.vapi.ai/c1")};
    script.feed();
    durable::Failure failure{.kind = durable::FailureKind::activity, .message = "no answer"};
    failure.retry_state = durable::RetryState::outcome_unknown;
    script.feed(
        durable::history::ActivityFailed{script.execution().pending_activities().at(0).scheduled, failure});
    const auto settled =
        durable::decode<ActionOutcome>(script.execution().pending_activities().at(0).command->input);
    CHECK(settled.status == "failed");
    CHECK(settled.reason == "VAPI did not say whether it has connected the call");
}
