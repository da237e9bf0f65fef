#include "tests/worker/activity_programs.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace durable::test {
namespace {

namespace asio = boost::asio;
using worker::awaitable;
using ProbePtr = std::shared_ptr<Probe>;

awaitable<void> nap(std::chrono::milliseconds time) {
    asio::steady_timer timer{co_await asio::this_coro::executor, time};
    co_await timer.async_wait(asio::use_awaitable);
}

awaitable<void> wait_for_opening(ProbePtr probe, ActivityContext& context, std::string name) {
    while (probe->seen("open " + name) == 0) {
        if (context.stop_token().stop_requested()) {
            probe->count("stopped " + name);
            throw Canceled{"asked to stop"};
        }
        co_await nap(2ms);
    }
}

awaitable<int> run_handed_out(ProbePtr probe, ActivityContext& context, Handout input) {
    if (!context.heartbeat_details().is_null())
        probe->set("details", decode<int>(context.heartbeat_details()));
    probe->say("token " + input.name, context.completion_token());
    probe->count("handed out " + input.name);
    if (input.holds) co_await wait_for_opening(probe, context, input.name);
    context.complete_later();
}

awaitable<std::string> run_stubborn(ProbePtr probe, ActivityContext& context, int input) {
    probe->count("stubborn attempts");
    if (probe->use_up("stubborn")) throw ApplicationError{"Stubborn", "not now"};
    co_return std::to_string(input) + " at attempt " + std::to_string(context.info().attempt);
}

awaitable<int> run_row_gate(ProbePtr probe, ActivityContext& context, GateInput input) {
    probe->count("gate " + input.name);
    co_await wait_for_opening(probe, context, input.name);
    if (probe->use_up("gate fails")) throw ApplicationError{"Gate", "shut"};
    co_return context.info().attempt;
}

Task<int> run_asks_outside(Workflow& wf, Handout input) {
    co_return co_await wf.run(handed_out, input);
}
Task<int> run_asks_with_beats(Workflow& wf, Handout input) {
    ActivityOptions options = beaten.options();
    options.cancellation = CancellationType::wait_cancelled;
    co_return co_await wf.run(beaten, input, options);
}
Task<std::string> run_tries_stubbornly(Workflow& wf, int input) {
    const auto outcome = co_await wf.attempt(stubborn, input);
    co_return outcome.ok() ? outcome.value() : outcome.failure().to_string();
}
Task<std::string> run_tries_in_rows(Workflow& wf, int input) {
    ActivityOptions options = stubborn.options();
    options.priority = 2;
    co_return co_await wf.run(stubborn, input, options);
}
Task<std::string> run_tries_locally(Workflow& wf, int input) {
    co_return co_await wf.local(quick, input);
}
Task<std::string> run_row_gated(Workflow& wf, std::string name) {
    ActivityOptions options = row_gate.options();
    options.priority = 2;
    const auto passed = co_await wf.attempt(row_gate, {name, 0}, options);
    co_return passed.ok() ? "attempt " + std::to_string(passed.value()) : passed.failure().to_string();
}

}  // namespace

void add_outside_workflows(WorkflowRegistry& registry) {
    registry.add(asks_outside, run_asks_outside);
    registry.add(asks_with_beats, run_asks_with_beats);
    registry.add(tries_stubbornly, run_tries_stubbornly);
    registry.add(tries_in_rows, run_tries_in_rows);
    registry.add(tries_locally, run_tries_locally);
    registry.add(row_gated, run_row_gated);
}

void add_outside_activities(worker::ActivityRegistry& registry, const ProbePtr& probe) {
    registry.external(handed_out, [probe](ActivityContext& c, Handout in) {
        return run_handed_out(probe, c, std::move(in));
    });
    registry.external(
        beaten, [probe](ActivityContext& c, Handout in) { return run_handed_out(probe, c, std::move(in)); });
    registry.async(stubborn, [probe](ActivityContext& c, int in) { return run_stubborn(probe, c, in); });
    registry.async(quick, [probe](ActivityContext& c, int in) { return run_stubborn(probe, c, in); });
    registry.async(row_gate, [probe](ActivityContext& c, GateInput in) {
        return run_row_gate(probe, c, std::move(in));
    });
}

}  // namespace durable::test
