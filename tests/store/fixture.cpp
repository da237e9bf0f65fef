#include "tests/store/fixture.hpp"

#include <fmt/format.h>

namespace test {

StoreFixture::StoreFixture() = default;

StartRequest StoreFixture::request(const std::string& workflow_id) {
    StartRequest request;
    request.workflow = WorkflowId{workflow_id};
    request.type = "test_workflow";
    request.tenant = Tenant{"tenant-1"};
    request.run = ids.run_id();
    return request;
}

std::vector<StartResult> StoreFixture::start(const std::vector<StartRequest>& requests) {
    return in_transaction([&](pqxx::work& tx) { return store::start(tx, requests); });
}

StartResult StoreFixture::start(const StartRequest& request) {
    return start(std::vector{request}).front();
}

std::vector<RunId> StoreFixture::start_many(int count, const std::string& prefix) {
    std::vector<StartRequest> requests;
    for (int i = 0; i < count; ++i) requests.push_back(request(fmt::format("{}-{}", prefix, i)));
    std::vector<RunId> runs;
    for (const StartResult& result : start(requests)) runs.push_back(result.run);
    return runs;
}

SendResult StoreFixture::send(RunId run, const history::Event& event, const std::string& request_id) {
    return in_transaction(
        [&](pqxx::work& tx) { return store::send(tx, {"default", run, {}}, event, request_id).result; });
}

SendResult StoreFixture::signal(RunId run, const std::string& name, const std::string& request_id) {
    return send(run, history::SignalReceived{name, {}, request_id}, request_id);
}

WorkerNo StoreFixture::register_worker(const std::string& name) {
    const auto result = in_transaction([&](pqxx::work& tx) {
        return tx.exec_params(
            "insert into engine.workers (name, build, queue, started_at, lease, lease_until) values "
            "($1, 'build-1', 'default', engine.now(), '1000 days', engine.now() + interval '1000 days') "
            "returning worker_no",
            name);
    });
    return WorkerNo{result[0][0].as<std::int32_t>()};
}

std::optional<RunInfo> StoreFixture::describe(RunId run) {
    return in_transaction([&](pqxx::work& tx) { return store::describe(tx, {"default", run, {}}); });
}

std::vector<HistoryRow> StoreFixture::history(RunId run) {
    return in_transaction([&](pqxx::work& tx) { return load_history(tx, run); });
}

HistoryRow activation(const ClaimedRun& run, std::vector<history::Event> commands) {
    history::Activation activation;
    activation.first_event = run.next_event;
    activation.time = Timestamp{std::chrono::seconds{1'800'000'000}};
    activation.build = "build-1";
    activation.commands = std::move(commands);
    return {activation.first_event, activation.event_count(), history::encode(activation)};
}

RunCommit commit_of(const ClaimedRun& run, std::vector<history::Event> commands, RunCommit::Next next) {
    RunCommit commit;
    commit.run = run.run;
    commit.chain = run.chain;
    commit.tenant = run.tenant;
    commit.fence = run.fence;
    commit.activations_before = run.activations;
    commit.next_event_before = run.next_event;
    commit.inbox_head = run.inbox_tail;
    commit.next = next;
    if (!commands.empty()) commit.activation = activation(run, std::move(commands));
    commit.row_stays = next == RunCommit::Next::keep && commit.activation &&
                       run.inbox_head == run.inbox_tail && !run.adopt && run.failures == 0;
    return commit;
}

RunCommit close_of(const ClaimedRun& run) {
    RunCommit commit = commit_of(run, {history::WorkflowCompleted{}}, RunCommit::Next::close);
    commit.status = replay::RunStatus::completed;
    return commit;
}

RunCommit release_of(const ClaimedRun& run, std::optional<Timestamp> wake_at) {
    RunCommit commit = commit_of(run, {history::TimerStarted{}}, RunCommit::Next::release);
    commit.wake_at = wake_at;
    return commit;
}

ClaimedRun after(ClaimedRun run, const RunCommit& commit) {
    if (commit.activation) {
        ++run.activations;
        run.next_event = EventId{run.next_event.value + commit.activation->events};
    }
    run.inbox_head = commit.inbox_head;
    return run;
}

history::ActivityScheduled activity(const std::string& type) {
    history::ActivityScheduled scheduled;
    scheduled.type = type;
    scheduled.options.start_to_close = std::chrono::seconds{30};
    return scheduled;
}

ActivityRow row_of(const ClaimedRun& run, EventId id, Timestamp now,
                   const history::ActivityScheduled& scheduled) {
    ActivityRow row;
    row.run = run.run;
    row.activity = id;
    row.tenant = run.tenant;
    row.queue = "default";
    row.type = scheduled.type;
    row.scheduled_at = now;
    row.available_at = now;
    row.task = history::encode_event(scheduled);
    return row;
}

}  // namespace test
