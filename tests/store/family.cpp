#include "tests/store/family.hpp"

#include <doctest/doctest.h>

#include "tests/support/invariants.hpp"

namespace test {

ClaimedRun FamilyFixture::adult(const std::string& workflow_id) {
    start(request(workflow_id));
    return claim_one();
}

ClaimedRun FamilyFixture::claim_one() {
    const auto claimed = claim(hot, worker, 1);
    REQUIRE(claimed.size() == 1);
    return claimed[0];
}

history::WorkflowStarted FamilyFixture::started(RunId run) {
    const auto rows = history(run);
    REQUIRE(!rows.empty());
    return std::get<history::WorkflowStarted>(
        history::decode_activation(EventId{1}, rows[0].bytes).arrived[0]);
}

RunCommit FamilyFixture::births(const ClaimedRun& parent, const std::vector<std::string>& workflow_ids,
                                const ChildTerms& terms) {
    const history::WorkflowStarted self = started(parent.run);
    std::vector<history::Event> commands;
    std::vector<ChildStart> children;
    for (const std::string& workflow_id : workflow_ids) {
        const EventId id{parent.next_event.value + static_cast<std::int32_t>(commands.size())};
        history::ChildInitiated command{"test_workflow", workflow_id, {}};
        command.parent_close = terms.parent_close;
        command.reuse = terms.reuse;
        command.queue = terms.queue;
        command.run = replay::derived_run(parent.run, id, database.now());
        const auto first =
            replay::first_of_child({parent.run, parent.chain, self}, id, command, database.now());
        children.push_back({id, command.run, WorkflowId{workflow_id}, command.type,
                            terms.queue.empty() ? "default" : terms.queue, history::encode(first),
                            terms.reuse, terms.parent_close});
        commands.emplace_back(std::move(command));
    }
    RunCommit commit = commit_of(parent, std::move(commands));
    commit.tenant = parent.tenant;
    commit.children = std::move(children);
    return commit;
}

ClaimedRun FamilyFixture::child_of(ClaimedRun& parent, const std::string& workflow_id,
                                   const ChildTerms& terms) {
    const RunCommit birth = births(parent, {workflow_id}, terms);
    const BatchResult result = hot.commit({worker, {birth}, {"default", 1}});
    REQUIRE(result.committed.size() == 1);
    REQUIRE(result.claimed.size() == 1);
    parent = after(parent, birth);
    parent.inbox_tail += 1;
    return result.claimed[0];
}

RunCommit FamilyFixture::close_with_report(const ClaimedRun& run) {
    RunCommit commit = close_of(run);
    commit.tenant = run.tenant;
    const history::WorkflowStarted self = started(run.run);
    const auto event = replay::report_to_parent({run.run, run.chain, self}, history::WorkflowCompleted{});
    if (event) commit.report = {self.parent->run, history::encode_event(*event)};
    return commit;
}

RunCommit FamilyFixture::continuation(const ClaimedRun& run) {
    history::WorkflowContinuedAsNew end{ids.run_id(), "test_workflow", {}, {}, {}};
    const history::WorkflowStarted self = started(run.run);
    const auto first = replay::first_of_next({run.run, run.chain, self}, end, database.now());
    RunCommit commit = commit_of(run, {end}, RunCommit::Next::close);
    commit.tenant = run.tenant;
    commit.status = replay::RunStatus::continued_as_new;
    commit.continued = {end.run, end.type, "default", history::encode(first)};
    return commit;
}

BatchResult FamilyFixture::commit(const RunCommit& commit, int claims) {
    return hot.commit({worker, {commit}, {"default", claims}});
}

std::vector<history::Event> FamilyFixture::inbox(const ClaimedRun& run, HotConnection& with) {
    std::vector<history::Event> events;
    const auto loaded = with.load({{run.run, run.chain, false, run.inbox_head}});
    for (const auto& message : loaded.at(0).inbox) {
        events.push_back(history::decode_event(message.event));
    }
    return events;
}

std::string FamilyFixture::holder(const std::string& workflow_id) const {
    return database.value("select run_id from engine.workflow_ids where workflow_id = '" + workflow_id + "'");
}

SendResult FamilyFixture::terminate(RunId run) {
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    const SendResult result = store::terminate(tx, {"default", run, {}}, "enough", "test");
    tx.commit();
    return result;
}

Delivered FamilyFixture::deliver_all() {
    Delivered all;
    for (int pass = 0; pass < 100; ++pass) {
        Delivered delivered = hot.deliver_errands();
        all.done += delivered.done;
        for (auto& queue : delivered.queues) all.queues.push_back(queue);
        all.closed.insert(all.closed.end(), delivered.closed.begin(), delivered.closed.end());
        if (!delivered.more && delivered.done == 0) return all;
    }
    FAIL("errands never end");
    return all;
}

void FamilyFixture::check_invariants() {
    pqxx::connection connection{database.url()};
    ::test::check_invariants(connection);
}

}  // namespace test
