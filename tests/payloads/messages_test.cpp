// Payloads that travel with messages: answers of updates, signals from workflow to workflow, results that wait
// for a paused run. Each is sealed once on its way.

#include "engine/store/payload_gate.hpp"
#include "tests/payloads/post.hpp"

using namespace durable;
using namespace durable::test;

namespace {

inline constexpr WorkflowType<Nothing, std::string> desk{"desk"};
inline constexpr WorkflowType<std::string, Nothing> caller{"caller"};
inline constexpr Update<std::string, std::string> ask{"ask"};
inline constexpr Signal<std::string> call{"call"};

/// Answers what it is asked, and ends with what it is told.
Task<std::string> sit_at_desk(Workflow& wf, Nothing) {
    wf.on_update(ask, [](const std::string& question) { return "answer to " + question; });
    const std::string told = co_await wf.signals(call).receive();
    co_await wf.all_handlers_finished();
    co_return told;
}
Task<Nothing> call_desk(Workflow& wf, std::string text) {
    co_await wf.signal_workflow(WorkflowId{"desk"}, call, text);
    co_return Nothing{};
}

void exchange(Post& post) {
    post.workflows.add(desk, sit_at_desk);
    post.workflows.add(caller, call_desk);
    const auto worker = post.start_worker();
    const RunId run =
        post.client->start(desk, {}, {.workflow = WorkflowId{"desk"}, .tenant = Tenant{"org-1"}}).run;
    CHECK(post.client->update({.run = run}, ask, "classified") == "answer to classified");
    post.client->start(caller, std::string{"whispered"},
                       {.workflow = WorkflowId{"caller"}, .tenant = Tenant{"org-1"}});
    CHECK(post.client->result(desk, {.run = run}, 60s) == "whispered");
}

}  // namespace

TEST_CASE_FIXTURE(EncryptedPost,
                  "answers of updates and signals between workflows arrive, and stand nowhere in the clear") {
    exchange(*this);
    CHECK_FALSE(stored_anywhere("classified"));
    CHECK_FALSE(stored_anywhere("whispered"));
    must_hold();
}

TEST_CASE_FIXTURE(Post, "a compressed answer is what its workflow gave") {
    settings.compress_from = 8;
    client = new_client();
    exchange(*this);
    must_hold();
}

TEST_CASE_FIXTURE(EncryptedPost, "a result that waits for a paused run is sealed once on its way") {
    store::PayloadGate gate{database.url(), settings};
    const std::string result =
        history::encode_event(history::ActivityCompleted{EventId{2}, encode(std::string{"topsecret"})});
    store::RunCommit commit;
    commit.run = client->new_run_id();
    commit.tenant = Tenant{"org-1"};
    commit.posted = {result};
    store::Batch batch;
    batch.commits.push_back(std::move(commit));
    gate.seal(batch);
    std::string& sealed = batch.commits.front().posted.front();
    CHECK(sealed.find("topsecret") == std::string::npos);
    CHECK(gate.open_event(sealed).empty());
    CHECK(sealed == result);
}
