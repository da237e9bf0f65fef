#include "tests/worker/limit_programs.hpp"

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

/// Somebody who goes out, however the visit ends.
class Visitor {
  public:
    explicit Visitor(ProbePtr probe) : probe_(std::move(probe)) { probe_->pass_door(1); }
    ~Visitor() { probe_->pass_door(-1); }
    Visitor(const Visitor&) = delete;
    Visitor& operator=(const Visitor&) = delete;

  private:
    ProbePtr probe_;
};

awaitable<int> run_visit(ProbePtr probe, ActivityContext& context, LimitedInput input) {
    const Visitor inside_now{probe};
    probe->count("came to " + input.key);
    // Read in this order, those inside are never overestimated.
    const int inside = probe->seen("came to " + input.key) - probe->seen("left " + input.key);
    if (input.concurrency > 0 && inside > input.concurrency) probe->count("too many");
    probe->set("lost attempts", context.info().lost_attempts);
    co_await nap(3ms);
    while (probe->seen("closed") > 0 && probe->seen("open " + input.key) == 0) co_await nap(2ms);
    probe->count("left " + input.key);
    co_return 1;
}

awaitable<int> run_take_a_place(ProbePtr probe, ActivityContext&, int number) {
    probe->count("places");
    probe->set("place of " + std::to_string(number), probe->seen("places"));
    co_return number;
}

awaitable<int> run_read_pages(ProbePtr probe, ActivityContext& context, int) {
    probe->count("readings");
    if (!context.heartbeat_details().is_null()) co_return decode<int>(context.heartbeat_details());
    for (int page = 1; page <= 5; ++page) context.heartbeat(encode(page));
    if (probe->seen("fail") > 0) throw ApplicationError{"Flaky", "not this time"};
    while (true) {
        if (context.stop_token().stop_requested()) throw Canceled{"asked to stop"};
        co_await nap(2ms);
    }
}

Task<int> run_visitor(Workflow& wf, LimitedInput input) {
    ActivityOptions options = visit.options();
    options.limit = ActivityLimit{input.key, input.concurrency, input.per_second, 1};
    options.priority = input.priority;
    std::vector<Run<int>> visits;
    for (int i = 0; i < input.times; ++i) visits.push_back(wf.run(visit, input, options));
    int sum = 0;
    for (const int value : co_await wf.all(std::move(visits))) sum += value;
    co_return sum;
}

Task<int> run_placed(Workflow& wf, int priority) {
    ActivityOptions options = take_a_place.options();
    options.priority = priority;
    co_return co_await wf.run(take_a_place, priority, options);
}

Task<int> run_reader(Workflow& wf, int book) {
    co_return co_await wf.run(read_pages, book);
}

Task<std::string> run_limited_sender(Workflow& wf, int value) {
    ActivityOptions options = send_once.options();
    options.limit = ActivityLimit{"vendor", 1};
    const auto sent = co_await wf.attempt(send_once, value, options);
    if (sent.ok()) co_return "sent " + std::to_string(sent.value());
    co_return sent.failure().retry_state == RetryState::outcome_unknown ? "unknown"
                                                                        : sent.failure().to_string();
}

}  // namespace

void add_limit_workflows(WorkflowRegistry& registry) {
    registry.add(visitor, run_visitor);
    registry.add(placed, run_placed);
    registry.add(reader, run_reader);
    registry.add(limited_sender, run_limited_sender);
}

void add_limit_activities(worker::ActivityRegistry& registry, const std::shared_ptr<Probe>& probe) {
    registry.async(
        visit, [probe](ActivityContext& c, LimitedInput in) { return run_visit(probe, c, std::move(in)); });
    registry.async(take_a_place,
                   [probe](ActivityContext& c, int in) { return run_take_a_place(probe, c, in); });
    registry.async(read_pages, [probe](ActivityContext& c, int in) { return run_read_pages(probe, c, in); });
}

}  // namespace durable::test
