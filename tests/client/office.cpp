#include "tests/client/office.hpp"

#include <doctest/doctest.h>

#include "engine/worker/verdict.hpp"

namespace test {
namespace {

Task<std::string> greet(Workflow&, Nothing) {
    co_return "hello";
}

Task<Nothing> run_knocking(Workflow& wf, Nothing) {
    co_await wf.run(knock, {});
    co_return Nothing{};
}

Task<Nothing> run_sleeping(Workflow& wf, Nothing) {
    co_await wf.sleep(1h);
    co_return Nothing{};
}

Task<std::string> run_approval(Workflow& wf, Nothing) {
    co_return co_await wf.signals(approve).receive();
}

Task<std::string> run_approval_otherwise(Workflow& wf, Nothing) {
    co_await wf.sleep(5min);
    co_return "";
}

Task<Nothing> run_doubting(Workflow& wf, Nothing) {
    co_await wf.wait_until([] { return false; });
    co_return Nothing{};
}

}  // namespace

WorkflowRegistry office_workflows(bool forgetful) {
    WorkflowRegistry workflows;
    workflows.add(greeting, greet);
    workflows.add(knocking, run_knocking);
    workflows.add(sleeping, run_sleeping);
    workflows.add(approval, forgetful ? run_approval_otherwise : run_approval);
    workflows.add(doubting, run_doubting);
    return workflows;
}

Clerk::Clerk(const std::string& url, const WorkflowRegistry& workflows, const std::string& name)
    : workflows_(workflows), control_(url, {.name = name, .build = "build-7"}), hot_(url), activities_(url) {}

std::vector<store::ClaimedRun> Clerk::claim() {
    return hot_.commit({control_.worker(), {}, {"default", 100}}).claimed;
}

store::RunCommit Clerk::run(const store::ClaimedRun& claimed, Timestamp now, bool rows) {
    const auto loaded = hot_.load({{claimed.run, claimed.chain, true, claimed.inbox_head}}).at(0);
    replay::Execution execution{workflows_, claimed.run, "build-7"};
    for (const auto& row : loaded.history) {
        REQUIRE_FALSE(execution.replay(history::decode_activation(row.first_event, row.bytes)));
    }
    std::vector<history::Event> arrived;
    for (const auto& message : loaded.inbox) arrived.push_back(history::decode_event(message.event));
    auto result = execution.activate(std::move(arrived), now);
    REQUIRE(result.activated);
    const auto& activation = result.activated->activation;

    store::RunCommit commit;
    commit.run = claimed.run;
    commit.chain = claimed.chain;
    commit.fence = claimed.fence;
    commit.activations_before = claimed.activations;
    commit.next_event_before = claimed.next_event;
    commit.inbox_head = claimed.inbox_tail;
    commit.activation = {activation.first_event, activation.event_count(), history::encode(activation)};
    commit.status = result.activated->status;
    commit.wake_at = result.activated->wake_at;
    const bool ended = commit.status != replay::RunStatus::running;
    const bool eager = !rows && !execution.pending_activities().empty();
    commit.next = ended   ? store::RunCommit::Next::close
                  : eager ? store::RunCommit::Next::keep
                          : store::RunCommit::Next::release;
    if (!rows) return commit;
    for (const auto& pending : execution.pending_activities()) {
        store::ActivityRow row;
        row.run = claimed.run;
        row.activity = pending.scheduled;
        row.tenant = claimed.tenant;
        row.queue = "default";
        row.type = pending.command->type;
        row.scheduled_at = now;
        row.available_at = now;
        row.task = history::encode_event(*pending.command);
        commit.activities.push_back(row);
    }
    return commit;
}

int Clerk::work(bool rows) {
    const auto batch = hot_.commit({control_.worker(), {}, {"default", 100}});
    store::Batch answer{control_.worker(), {}, {}};
    for (const auto& claimed : batch.claimed) answer.commits.push_back(run(claimed, batch.now, rows));
    if (answer.commits.empty()) return 0;
    return static_cast<int>(hot_.commit(answer).committed.size());
}

store::ClaimedActivity Clerk::take_activity() {
    auto taken = activities_.claim(control_.worker(), "default", {"knock"}, 1);
    REQUIRE(taken.size() == 1);
    return taken.front();
}

void Clerk::fail_activity(const std::string& message) {
    auto taken = take_activity();
    auto again = taken.row;
    again.attempt = 2;
    again.available_at = taken.row.scheduled_at + 1h;
    Failure failure;
    failure.type = "NobodyHome";
    failure.message = message;
    again.last_failure = worker::encode_failure(failure);
    CHECK(activities_.end(control_.worker(), {{taken.row.run, taken.row.activity, taken.fence, {}, again}})
              .empty());
}

Office::Office(bool notifications)
    : client({.connection_string = database.url(), .notifications = notifications}) {}

}  // namespace test
