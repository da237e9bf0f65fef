// Payloads that travel with messages: answers of updates, signals from workflow to workflow, results that
// wait for a paused run. Each is sealed once on its way.

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

void exchange(Post& post, const std::string& asked, const std::string& told) {
    post.workflows.add(desk, sit_at_desk);
    post.workflows.add(caller, call_desk);
    const auto worker = post.start_worker();
    const RunId run =
        post.client->start(desk, {}, {.workflow = WorkflowId{"desk"}, .tenant = Tenant{"org-1"}}).run;
    CHECK(post.client->update({.run = run}, ask, asked) == "answer to " + asked);
    post.client->start(caller, told, {.workflow = WorkflowId{"caller"}, .tenant = Tenant{"org-1"}});
    CHECK(post.client->result(desk, {.run = run}, 60s) == told);
}

}  // namespace

TEST_CASE_FIXTURE(EncryptedPost,
                  "answers of updates and signals between workflows arrive, and stand nowhere in the clear") {
    exchange(*this, "classified", "whispered");
    CHECK_FALSE(stored_anywhere("classified"));
    CHECK_FALSE(stored_anywhere("whispered"));
    must_hold();
}

TEST_CASE_FIXTURE(Post, "long answers of updates and signals between workflows arrive, compressed") {
    exchange(*this, std::string(5'000, 'a'), std::string(5'000, 'b'));
    CHECK_FALSE(stored_anywhere("aaaaaaaa"));
    CHECK_FALSE(stored_anywhere("bbbbbbbb"));
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
