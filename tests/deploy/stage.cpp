#include "tests/deploy/stage.hpp"

#include "tests/support/invariants.hpp"

namespace test {
namespace {

Task<std::string> order(Workflow& wf, Order input) {
    const auto place = co_await wf.run(reserve, input);
    co_await wf.run(ship, place);
    co_return place;
}
Task<std::string> order_by_stock(Workflow& wf, Order input) {
    const auto place = co_await wf.run(reserve_stock, input);
    co_await wf.run(ship, place);
    co_return place;
}
Task<std::string> order_with_address(Workflow& wf, AddressedOrder input) {
    const auto place = co_await wf.run(reserve, {input.item, input.count});
    co_await wf.run(ship, place + input.address);
    co_return place;
}
Task<std::string> wait_for_word(Workflow& wf, Nothing) {
    co_return co_await wf.signals(word).receive();
}
Task<std::string> wait_for_order(Workflow& wf, Nothing) {
    co_return (co_await wf.signals(word_as_order).receive()).item;
}
Task<std::string> wait_patched(Workflow& wf, Nothing) {
    const bool polite = wf.patched("greeting");
    co_return (polite ? "dear " : "") + co_await wf.signals(word).receive();
}
Task<std::string> wait_deprecating(Workflow& wf, Nothing) {
    wf.deprecate_patch("greeting");
    co_return "dear " + co_await wf.signals(word).receive();
}

}  // namespace

WorkflowRegistry workflows_of(Code code) {
    WorkflowRegistry workflows;
    if (code == Code::needs_an_address) {
        workflows.add(addressed_ordering, order_with_address);
    } else {
        workflows.add(ordering, code == Code::renamed_step ? order_by_stock : order);
    }
    workflows.add(waiting, code == Code::other_signal  ? wait_for_order
                           : code == Code::patched     ? wait_patched
                           : code == Code::deprecating ? wait_deprecating
                                                       : wait_for_word);
    workflows.add(faithful, wait_for_word, Versioning::pinned);
    return workflows;
}

// --- a worker by hand --------------------------------------------------------------------------------------

Player::Player(const std::string& url, const WorkflowRegistry& workflows, std::string build)
    : workflows_(workflows),
      build_(std::move(build)),
      control_(url, {.name = "player " + build_, .build = build_}),
      hot_(url) {}

std::set<RunId> Player::play() {
    const auto batch = hot_.commit({control_.worker(), {}, {"default", 100, build_}});
    store::Batch answer{control_.worker(), {}, {}};
    std::set<RunId> runs;
    for (const auto& claimed : batch.claimed) {
        runs.insert(claimed.run);
        answer.commits.push_back(turn(claimed, batch.now));
    }
    if (!runs.empty()) REQUIRE(hot_.commit(answer).committed.size() == runs.size());
    return runs;
}

std::set<RunId> Player::play_all() {
    std::set<RunId> all;
    // Whose claims have learnt only now that another build is current ask once more.
    for (int idle = 0; idle < 2;) {
        const auto runs = play();
        idle = runs.empty() ? idle + 1 : 0;
        all.insert(runs.begin(), runs.end());
    }
    return all;
}

store::RunCommit Player::turn(const store::ClaimedRun& claimed, Timestamp now) {
    const auto loaded = hot_.load({{claimed.run, claimed.chain, true, claimed.inbox_head}}).at(0);
    replay::Execution execution{workflows_, claimed.run, build_};
    for (const auto& row : loaded.history)
        REQUIRE_FALSE(execution.replay(history::decode_activation(row.first_event, row.bytes)));
    std::vector<history::Event> arrived;
    for (const auto& message : loaded.inbox) arrived.push_back(history::decode_event(message.event));
    const auto result = execution.activate(std::move(arrived), now);
    REQUIRE(result.activated);
    const auto& activation = result.activated->activation;

    store::RunCommit commit;
    commit.run = claimed.run;
    commit.chain = claimed.chain;
    commit.tenant = claimed.tenant;
    commit.fence = claimed.fence;
    commit.activations_before = claimed.activations;
    commit.next_event_before = claimed.next_event;
    commit.inbox_head = claimed.inbox_tail;
    if (activation.event_count() > 0) {
        commit.activation = {activation.first_event, activation.event_count(), history::encode(activation)};
    }
    commit.status = result.activated->status;
    commit.wake_at = result.activated->wake_at;
    const bool ended = commit.status != replay::RunStatus::running;
    commit.next = ended ? store::RunCommit::Next::close : store::RunCommit::Next::release;
    const bool pinned = workflows_.versioning(execution.started().type) == Versioning::pinned;
    if (claimed.activations == 1 && pinned) commit.pin_to = build_;
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

// --- the stage ---------------------------------------------------------------------------------------------

deploy::Rehearsal Stage::rehearse(const WorkflowRegistry& workflows, deploy::RehearsalOptions options) const {
    pqxx::connection connection{database.url()};
    return deploy::rehearse(connection, workflows, options);
}

void Stage::judge(const std::string& build, const WorkflowRegistry& workflows) {
    const auto result = rehearse(workflows, {.build = build});
    store::NewVerdict verdict;
    verdict.queue = "default";
    verdict.build = build;
    verdict.at = result.at;
    verdict.open_runs = static_cast<int>(result.open_runs);
    verdict.broken_runs = static_cast<int>(result.broken_open());
    verdict.types = result.types;
    verdict.builds = result.builds;
    CHECK(deployments.record(verdict) > 0);
}

namespace {

client::Promotion promotion_of(const std::string& build, int percent) {
    client::Promotion promotion;
    promotion.build = build;
    promotion.percent = percent;
    promotion.without_workers = true;
    promotion.act = {"ann@office", "release"};
    return promotion;
}

}  // namespace

client::Promoted::Outcome Stage::promote(const std::string& build, int percent) {
    return deployments.promote(promotion_of(build, percent)).outcome;
}

client::Promoted::Outcome Stage::force(const std::string& build, int percent) {
    auto promotion = promotion_of(build, percent);
    promotion.force = true;
    return deployments.promote(promotion).outcome;
}

client::BuildInfo Stage::build(const std::string& name) {
    for (auto& info : deployments.builds("default")) {
        if (info.build == name) return info;
    }
    FAIL("no build " << name);
    return {};
}

std::vector<std::string> Stage::recorded_by(RunId run) {
    std::vector<std::string> builds;
    for (const auto& activation : client.history(run)) builds.push_back(activation.build);
    return builds;
}

void Stage::must_hold() const {
    pqxx::connection connection{database.owner_url()};
    check_invariants(connection);
}

}  // namespace test
