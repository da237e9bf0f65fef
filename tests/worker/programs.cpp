// The workflows and activities of the worker's tests.

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>

#include "tests/worker/activity_programs.hpp"
#include "tests/worker/families.hpp"
#include "tests/worker/limit_programs.hpp"
#include "tests/worker/queue_programs.hpp"
#include "tests/worker/shops.hpp"

namespace durable::test {
namespace {

namespace asio = boost::asio;
using worker::awaitable;
using ProbePtr = std::shared_ptr<Probe>;

// --- activities --------------------------------------------------------------------------------------------

awaitable<void> nap(std::chrono::milliseconds time) {
    asio::steady_timer timer{co_await asio::this_coro::executor, time};
    co_await timer.async_wait(asio::use_awaitable);
}

awaitable<int> run_add_one(ProbePtr probe, ActivityContext&, int value) {
    probe->count("add_one");
    co_return value + 1;
}

awaitable<int> run_flaky(ProbePtr probe, ActivityContext& context, int value) {
    probe->count("flaky attempts");
    if (probe->use_up("flaky")) throw ApplicationError{"Flaky", "not this time"};
    co_return value * 100 + context.info().attempt;
}

awaitable<int> run_gate(ProbePtr probe, ActivityContext& context, GateInput input) {
    probe->count("gate " + input.name);
    probe->set("lost attempts", context.info().lost_attempts);
    probe->set("attempt", context.info().attempt);
    while (probe->seen("open " + input.name) == 0) {
        if (context.stop_token().stop_requested()) {
            co_await nap(std::chrono::milliseconds{input.after_cancel_ms});
            probe->count("stopped " + input.name);
            throw Canceled{"asked to stop"};
        }
        co_await nap(2ms);
    }
    co_return context.info().attempt;
}

awaitable<int> run_deaf(ProbePtr probe, ActivityContext&, int) {
    probe->count("deaf");
    co_await nap(24h);
    co_return 0;
}

awaitable<int> run_silent(ProbePtr probe, ActivityContext& context, int) {
    probe->count("silent attempts");
    if (!context.heartbeat_details().is_null()) co_return decode<int>(context.heartbeat_details());
    for (int i = 1; i <= 10; ++i) {
        context.heartbeat(encode(i));
        co_await nap(40ms);
    }
    co_await nap(24h);
    co_return 0;
}

int run_deposit(const ProbePtr& probe, TransactionalContext& context, pqxx::work& tx, int value) {
    probe->count("deposit attempts");
    tx.exec_params("insert into public.deposits (run, amount) values ($1, $2)",
                   context.info().run.value.to_string(), value);
    if (probe->use_up("deposit fails")) throw ApplicationError{"Flaky", "after the insert"};
    return value;
}

awaitable<int> run_send(ProbePtr probe, ActivityContext& context, int value) {
    probe->count("send attempts");
    if (probe->use_up("send lost before effect")) throw OutcomeUnknown{"connection reset"};
    probe->count("effects");
    if (probe->use_up("send lost after effect")) throw OutcomeUnknown{"connection reset"};
    if (probe->seen("send hangs after effect") > 0) co_await nap(24h);
    co_return value + context.info().attempt;
}

awaitable<Reconciled<int>> run_reconcile(ProbePtr probe, ActivityContext&, int value) {
    using Verdict = Reconciled<int>::Verdict;
    probe->count("reconciled");
    if (probe->use_up("reconcile cannot tell")) co_return Reconciled<int>{Verdict::unknown, {}};
    if (probe->seen("effects") > 0) co_return Reconciled<int>{Verdict::happened, value + 1000};
    co_return Reconciled<int>{Verdict::absent, {}};
}

// --- workflows ---------------------------------------------------------------------------------------------

Task<int> run_sequence(Workflow& wf, int steps) {
    int value = 0;
    for (int i = 0; i < steps; ++i) value = co_await wf.run(add_one, value);
    co_return value;
}

Task<int> run_fan_out(Workflow& wf, int width) {
    std::vector<Run<int>> runs;
    for (int i = 0; i < width; ++i) runs.push_back(wf.run(add_one, i));
    int sum = 0;
    for (const int value : co_await wf.all(std::move(runs))) sum += value;
    co_return sum;
}

Task<int> run_retrying(Workflow& wf, int value) {
    co_return co_await wf.run(flaky, value);
}

Task<int> run_sleeper(Workflow& wf, Duration delay) {
    const Timestamp before = wf.now();
    co_await wf.sleep(delay);
    co_return static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(wf.now() - before).count());
}

Task<int> run_adder(Workflow& wf, int messages) {
    int sum = 0;
    for (int i = 0; i < messages; ++i) sum += co_await wf.signals(amount).receive();
    co_return sum;
}

Task<std::string> run_gated(Workflow& wf, std::string name) {
    const auto passed = co_await wf.attempt(gate, {name, 0});
    if (passed.ok()) co_return "attempt " + std::to_string(passed.value());
    co_return passed.canceled() ? "canceled" : passed.failure().to_string();
}

Task<std::string> run_patient(Workflow& wf, std::string name) {
    ActivityOptions options = gate.options();
    options.cancellation = CancellationType::wait_cancelled;
    const auto passed = co_await wf.attempt(gate, {name, 100}, options);
    co_return passed.canceled() ? "canceled" : "not canceled";
}

/// Held by its gate while it takes messages.
Task<int> run_gated_adder(Workflow& wf, int messages) {
    auto passing = wf.start(gate, {"adder", 0});
    int sum = 0;
    for (int i = 0; i < messages; ++i) sum += co_await wf.signals(amount).receive();
    co_await passing;
    co_return sum;
}

Task<std::string> run_impatient(Workflow& wf, int which) {
    if (which == 0) {
        const auto outcome = co_await wf.attempt(deaf, 0);
        co_return outcome.ok() ? "no" : outcome.failure().to_string();
    }
    co_return std::to_string(co_await wf.run(silent, 0));
}

Task<int> run_depositor(Workflow& wf, int times) {
    int sum = 0;
    for (int i = 1; i <= times; ++i) sum += co_await wf.run(deposit, i);
    co_return sum;
}

Task<std::string> run_sender(Workflow& wf, int value) {
    const auto sent = co_await wf.attempt(send_once, value);
    if (sent.ok()) co_return "sent " + std::to_string(sent.value());
    co_return sent.failure().retry_state == RetryState::outcome_unknown ? "unknown"
                                                                        : sent.failure().to_string();
}

Task<int> run_changing(Workflow& wf, int value) {
    value = co_await wf.run(add_one, value);
    co_return value + co_await wf.signals(amount).receive();
}

/// What a careless author made of it: another activity in the same place.
Task<int> run_changing_carelessly(Workflow& wf, int value) {
    value = co_await wf.run(flaky, value);
    co_return value + co_await wf.signals(amount).receive();
}

Task<int> run_fatal(Workflow& wf, int value) {
    co_await wf.sleep(std::chrono::milliseconds{1});
    if (value == 1) ::raise(SIGKILL);
    co_return value;
}

}  // namespace

WorkflowRegistry test_workflows(bool changed_code) {
    WorkflowRegistry registry;
    registry.add(sequence, run_sequence);
    registry.add(fan_out, run_fan_out);
    registry.add(retrying, run_retrying);
    registry.add(sleeper, run_sleeper);
    registry.add(adder, run_adder);
    registry.add(gated, run_gated);
    registry.add(patient, run_patient);
    registry.add(gated_adder, run_gated_adder);
    registry.add(impatient, run_impatient);
    registry.add(depositor, run_depositor);
    registry.add(sender, run_sender);
    registry.add(changing, changed_code ? run_changing_carelessly : run_changing);
    registry.add(fatal, run_fatal);
    add_families(registry);
    add_shops(registry);
    add_limit_workflows(registry);
    add_queue_workflows(registry);
    add_outside_workflows(registry);
    return registry;
}

worker::ActivityRegistry test_activities(const std::shared_ptr<Probe>& probe) {
    worker::ActivityRegistry registry;
    registry.async(add_one, [probe](ActivityContext& c, int in) { return run_add_one(probe, c, in); });
    registry.async(flaky, [probe](ActivityContext& c, int in) { return run_flaky(probe, c, in); });
    registry.async(gate,
                   [probe](ActivityContext& c, GateInput in) { return run_gate(probe, c, std::move(in)); });
    registry.async(deaf, [probe](ActivityContext& c, int in) { return run_deaf(probe, c, in); });
    registry.async(silent, [probe](ActivityContext& c, int in) { return run_silent(probe, c, in); });
    registry.transactional(deposit, [probe](TransactionalContext& c, pqxx::work& tx, int in) {
        return run_deposit(probe, c, tx, in);
    });
    registry.async(
        send_once, [probe](ActivityContext& c, int in) { return run_send(probe, c, in); },
        [probe](ActivityContext& c, int in) { return run_reconcile(probe, c, in); });
    add_limit_activities(registry, probe);
    add_outside_activities(registry, probe);
    return registry;
}

}  // namespace durable::test
