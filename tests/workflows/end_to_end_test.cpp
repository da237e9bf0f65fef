// call-processing by a real worker on a real Postgres, with vendors that answer over real HTTP.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include "activities/register.hpp"
#include "engine/client/client.hpp"
#include "engine/worker/worker.hpp"
#include "tests/workflows/canned_server.hpp"
#include "tests/workflows/product_database.hpp"
#include "tests/workflows/temporary_folder.hpp"
#include "workflows/register.hpp"

using namespace callflex;
using namespace std::chrono_literals;

namespace {

const std::string sms_path = "/twilio/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json";

/// Everything that `callflex dev` starts, in one process, without ingress and sandbox.
class Product {
  public:
    Product() {
        vendors_.answer(sms_path, "HTTP/1.1 201 Created\r\nContent-Type: application/json",
                        R"({"sid":"SM000000000000000000000000000000b1","status":"queued"})");
        vendors_.answer("/resend/emails", "HTTP/1.1 200 OK\r\nContent-Type: application/json",
                        R"({"id":"49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"})");
        vendors_.answer("/recordings/a.mp3", "HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg", "sound");
        db.set_settings(R"({"notifications": {"sms": ["+15550100400"], "email": ["owner@acme.example"]}})");
        register_workflows(workflows_);
        register_activities(activities_, {std::make_shared<Vendors>(config()), folder_.path});
        worker_.emplace(
            durable::worker::WorkerOptions{
                .connection_string = db.database.url(), .name = "test", .build = "test"},
            workflows_, activities_);
        worker_->start();
    }

    /// As the ingress does: the call's row, and the start of its workflow.
    void end_call(const EndedCall& call) {
        db.add_call(call);
        client.start(call_processing, call,
                     {.workflow = durable::WorkflowId{"call-processing-" + call.vapi_call_id},
                      .tenant = durable::Tenant{call.organization_id}});
    }
    CallSummary result(const EndedCall& call) { return client.result(call_processing, run_of(call), 60s); }
    [[nodiscard]] std::size_t requests_to(const std::string& path) const {
        const auto requests = vendors_.requests();
        return static_cast<std::size_t>(std::count_if(
            requests.begin(), requests.end(),
            [&](const auto& request) { return request.find(" " + path + " ") != std::string::npos; }));
    }
    [[nodiscard]] std::string recording_url() const { return vendors_.url("/recordings/a.mp3"); }
    [[nodiscard]] const std::filesystem::path& storage() const { return folder_.path; }

    /// Keeps the run as a golden history, if asked to and not there yet (golden_histories_test.cpp).
    void keep_history(const EndedCall& call, const std::string& name) {
        const std::filesystem::path file{CALLFLEX_SOURCE_DIR "/tests/histories/" + name + ".json"};
        if (std::getenv("CALLFLEX_WRITE_HISTORIES") == nullptr || std::filesystem::exists(file)) return;
        const auto run = client.resolve(run_of(call));
        std::ofstream{file} << durable::history::export_json(*run, client.history(*run));
    }

    test::ProductDatabase db;
    durable::client::Client client{{.connection_string = db.database.url()}};

  private:
    static durable::client::RunRef run_of(const EndedCall& call) {
        durable::client::RunRef run{};
        run.workflow = durable::WorkflowId{"call-processing-" + call.vapi_call_id};
        return run;
    }
    [[nodiscard]] VendorConfig config() const {
        VendorConfig config;
        config.twilio.account_sid = "AC00000000000000000000000000000001";
        config.twilio.auth_token = Secret{"token"};
        config.twilio.sms_from = "+15550100200";
        config.twilio.base_url = vendors_.url("/twilio");
        config.resend.api_key = Secret{"re_key"};
        config.resend.base_url = vendors_.url("/resend");
        config.vapi.base_url = vendors_.url("/vapi");
        return config;
    }

    test::CannedServer vendors_;
    test::TemporaryFolder folder_;
    durable::WorkflowRegistry workflows_;
    durable::worker::ActivityRegistry activities_;
    std::optional<durable::worker::Worker> worker_;
};

}  // namespace

TEST_CASE(
    "an ended call becomes a transcript, a summary, a recording, a counted minute and two messages, once "
    "each") {
    Product product;
    EndedCall call = test::ended_call();
    call.recording_url = product.recording_url();
    product.end_call(call);
    const CallSummary result = product.result(call);

    CHECK(result.summary.find("cannot drive route 12") != std::string::npos);
    CHECK(result.extractive);
    CHECK(result.notifications_sent == 2);
    for (const Warning& warning : result.warnings) FAIL_CHECK(warning.step << ": " << warning.reason);

    CHECK(product.db.value("select count(*) from app.call_transcripts") == "1");
    CHECK(product.db.value("select summary_source from app.calls") == "extractive");
    CHECK(product.db.value("select bytes from app.call_recordings") == "5");
    CHECK(product.db.value("select calls || ' ' || minutes from app.contacts") == "1 3");
    CHECK(product.db.value("select calls || ' ' || minutes from app.daily_usage") == "1 3");
    CHECK(product.db.value("select string_agg(channel || ' ' || status, ', ' order by channel) from "
                           "app.notifications") == "email sent, sms sent");
    CHECK(product.db.value("select count(*) from app.live_events where type = 'call_processed'") == "1");
    CHECK(std::filesystem::exists(product.storage() /
                                  product.db.value("select path from app.call_recordings")));
    CHECK(product.requests_to(sms_path) == 1);
    CHECK(product.requests_to("/resend/emails") == 1);
    product.keep_history(call, "call_processing.v2");
}

TEST_CASE("fifty calls of one organization, all at once: every one is counted, none twice") {
    Product product;
    std::vector<EndedCall> calls;
    for (int i = 0; i < 50; ++i) {
        EndedCall call = test::ended_call("0199f0a4-5b1e-7aa2-9c33-0000000000" + std::to_string(10 + i));
        call.from_number = "+155501001" + std::to_string(10 + i % 5);
        calls.push_back(std::move(call));
    }
    for (const EndedCall& call : calls) product.end_call(call);
    for (const EndedCall& call : calls) CHECK(product.result(call).warnings.empty());
    CHECK(
        product.db.value("select calls || ' ' || minutes || ' ' || cost_microdollars from app.daily_usage") ==
        "50 150 2415000");
    CHECK(product.db.value("select count(*) || ' ' || sum(calls) || ' ' || sum(minutes) from app.contacts") ==
          "5 50 150");
    CHECK(product.db.value("select count(*) from app.notifications") == "100");
    CHECK(product.requests_to(sms_path) == 50);
    CHECK(product.requests_to("/resend/emails") == 50);
}
