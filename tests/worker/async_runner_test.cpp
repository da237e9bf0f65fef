// The runner of async attempts, alone: what it reports, and when.

#include <doctest/doctest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <string>
#include <vector>

#include "engine/worker/async_runner.hpp"
#include "engine/worker/mailbox.hpp"

using namespace durable;
using boost::asio::awaitable;
using worker::AttemptOutcome;

namespace {

using namespace std::chrono_literals;
using Report = std::vector<worker::Settled>;

constexpr store::WorkerNo number{7};
constexpr Activity<int, int> at_once{"at_once", {.start_to_close = 1h}};
constexpr Activity<int, int> later{"later", {.start_to_close = 1h}};
constexpr Activity<int, int> hasty{"hasty", {.start_to_close = 20ms}};
constexpr Activity<int, int> given_up{"given_up", {.start_to_close = 1h}};

awaitable<void> wait(ActivityContext& context, std::chrono::milliseconds time) {
    boost::asio::steady_timer timer{context.executor(), time};
    co_await timer.async_wait(boost::asio::use_awaitable);
}

/// A runner that believes in its lease, and its reports in the order in which they came.
class Bench {
  public:
    Bench() : trust_(1h), runner_(activities(), trust_) {
        trust_.renewed(worker::TrustWindow::boot_time(), number);
    }
    template <class Handle>
    void add(const Handle& handle) {
        history::ActivityScheduled task;
        task.type = std::string{handle.name};
        task.input = {"5"};
        task.options = handle.options();
        worker::Attempt attempt;
        attempt.id = worker::AttemptId{attempts_.size() + 1};
        attempt.worker = number;
        attempt.info.type = task.type;
        attempt.task = std::make_shared<const history::ActivityScheduled>(std::move(task));
        attempt.control =
            handle.name == given_up.name ? control_ : std::make_shared<worker::AttemptControl>();
        attempts_.push_back(std::move(attempt));
    }
    void start() {
        runner_.start(std::exchange(attempts_, {}),
                      [this](Report report) { reports_.put(std::move(report)); });
    }
    Report next_report() { return *reports_.take(); }

  private:
    const worker::ActivityRegistry& activities() {
        registry_.async(at_once, [](ActivityContext&, int input) -> awaitable<int> { co_return input; });
        registry_.async(later, [](ActivityContext& context, int input) -> awaitable<int> {
            co_await wait(context, 20ms);
            co_return input;
        });
        registry_.async(hasty, [](ActivityContext& context, int input) -> awaitable<int> {
            co_await wait(context, 1h);
            co_return input;
        });
        registry_.async(given_up, [this](ActivityContext& context, int input) -> awaitable<int> {
            control_->abandon();
            co_await wait(context, 1h);
            co_return input;
        });
        return registry_;
    }

    worker::TrustWindow trust_;
    worker::ActivityRegistry registry_;
    /// Of the attempt that is given up.
    std::shared_ptr<worker::AttemptControl> control_ = std::make_shared<worker::AttemptControl>();
    std::vector<worker::Attempt> attempts_;
    worker::Mailbox<Report> reports_;
    worker::AsyncRunner runner_;
};

}  // namespace

TEST_CASE("attempts that need not wait are reported while another one waits, each once") {
    Bench bench;
    bench.add(later);
    bench.add(at_once);
    bench.add(at_once);
    bench.start();
    std::vector<worker::AttemptId> ended;
    std::vector<AttemptOutcome::Kind> outcomes;
    while (ended.size() < 3) {
        for (const worker::Settled& one : bench.next_report()) {
            ended.push_back(one.id);
            outcomes.push_back(one.outcome.kind);
        }
    }
    CHECK(ended == std::vector{worker::AttemptId{2}, worker::AttemptId{3}, worker::AttemptId{1}});
    CHECK(outcomes == std::vector(3, AttemptOutcome::Kind::completed));
}

TEST_CASE("an attempt that waits runs out of time") {
    Bench bench;
    bench.add(hasty);
    bench.start();
    const Report report = bench.next_report();
    REQUIRE(report.size() == 1);
    CHECK(report[0].outcome.kind == AttemptOutcome::Kind::failed);
    CHECK(report[0].outcome.failure.kind == FailureKind::timed_out);
    CHECK(report[0].outcome.failure.timeout == TimeoutType::start_to_close);
}

TEST_CASE("an attempt that nobody waits for any more is broken off at its first wait") {
    Bench bench;
    bench.add(given_up);
    bench.start();
    const Report report = bench.next_report();
    REQUIRE(report.size() == 1);
    CHECK(report[0].outcome.kind == AttemptOutcome::Kind::failed);
    CHECK(report[0].outcome.failure.message.find("canceled") != std::string::npos);
}

TEST_CASE("of attempts begun together each ends in its own way: at once, late, out of time or broken off") {
    Bench bench;
    bench.add(at_once);
    bench.add(given_up);
    bench.add(later);
    bench.add(hasty);
    bench.add(at_once);
    bench.start();
    std::map<worker::AttemptId, AttemptOutcome> ended;
    while (ended.size() < 5) {
        for (worker::Settled& one : bench.next_report()) {
            CHECK(ended.emplace(one.id, std::move(one.outcome)).second);
        }
    }
    for (const worker::AttemptId id : {worker::AttemptId{1}, worker::AttemptId{3}, worker::AttemptId{5}}) {
        CAPTURE(id.value);
        CHECK(ended.at(id).kind == AttemptOutcome::Kind::completed);
    }
    CHECK(ended.at(worker::AttemptId{2}).failure.message.find("canceled") != std::string::npos);
    CHECK(ended.at(worker::AttemptId{4}).failure.timeout == TimeoutType::start_to_close);
}
