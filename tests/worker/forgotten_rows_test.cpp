// Attempts and activity rows of a worker that stood still, or did not hear what it had claimed: nothing is started that
// may be somebody else's by now, and nothing stays with a worker that does not know of it.

#include <atomic>
#include <future>

#include "engine/worker/async_runner.hpp"
#include "tests/worker/activity_programs.hpp"
#include "tests/worker/processes.hpp"

using namespace durable;
using namespace durable::test;
using boost::asio::awaitable;
using worker::AttemptOutcome;

namespace {

constexpr store::WorkerNo number{7};

/// A runner whose trust and attempts are in the test's hands.
struct Runner {
    explicit Runner(Duration lease) : trust(lease) {
        registry.async(
            send_once,
            [this](ActivityContext&, int input) -> awaitable<int> {
                ++sent;
                co_return input;
            },
            [this](ActivityContext&, int) -> awaitable<Reconciled<int>> {
                ++looked;
                if (lapses_after_look) trust.lost();
                co_return Reconciled<int>{Reconciled<int>::Verdict::absent};
            });
    }
    static worker::Attempt attempt(int lost_attempts) {
        worker::Attempt attempt;
        attempt.worker = number;
        attempt.info.type = "send_once";
        attempt.info.lost_attempts = lost_attempts;
        history::ActivityScheduled task;
        task.type = "send_once";
        task.input = {"5"};
        task.options = send_once.options();
        attempt.task = std::make_shared<const history::ActivityScheduled>(task);
        attempt.control = std::make_shared<worker::AttemptControl>();
        return attempt;
    }
    AttemptOutcome::Kind outcome_of(worker::Attempt attempt) {
        std::promise<AttemptOutcome::Kind> outcome;
        worker::AsyncRunner runner{registry, trust};
        std::vector<worker::Attempt> attempts;
        attempts.push_back(std::move(attempt));
        runner.start(std::move(attempts), [&](const std::vector<worker::Settled>& settled) {
            outcome.set_value(settled.at(0).outcome.kind);
        });
        return outcome.get_future().get();
    }

    worker::TrustWindow trust;
    worker::ActivityRegistry registry;
    bool lapses_after_look = false;
    std::atomic<int> sent = 0, looked = 0;
};

}  // namespace

TEST_CASE("an attempt begins only while the lease is trusted, and before nobody waits for it any more") {
    Runner runner{1h};
    CHECK(runner.outcome_of(Runner::attempt(0)) == AttemptOutcome::Kind::lost);
    CHECK(runner.sent == 0);
    runner.trust.renewed(worker::TrustWindow::boot_time(), number);
    worker::Attempt abandoned = Runner::attempt(0);
    abandoned.control->abandon();
    CHECK(runner.outcome_of(std::move(abandoned)) == AttemptOutcome::Kind::lost);
    CHECK(runner.sent == 0);
    CHECK(runner.outcome_of(Runner::attempt(0)) == AttemptOutcome::Kind::completed);
    CHECK(runner.sent == 1);
}

TEST_CASE("the trust in a new registration is none in what an earlier one has claimed") {
    Runner runner{1h};
    runner.trust.renewed(worker::TrustWindow::boot_time(), store::WorkerNo{number.value + 1});
    CHECK(runner.outcome_of(Runner::attempt(0)) == AttemptOutcome::Kind::lost);
    CHECK(runner.sent == 0);
}

TEST_CASE("what was proven absent is not sent by a worker that has lost its lease since") {
    Runner runner{1h};
    runner.trust.renewed(worker::TrustWindow::boot_time(), number);
    runner.lapses_after_look = true;
    CHECK(runner.outcome_of(Runner::attempt(1)) == AttemptOutcome::Kind::lost);
    CHECK(runner.looked == 1);
    CHECK(runner.sent == 0);
}

TEST_CASE("a row that ran while its worker's trust lapsed is run again by the same worker") {
    World world;
    WorkerProcess frozen{world.database.url(), "frozen"};
    static_cast<void>(world.start(row_gated, "shut", "shut"));
    REQUIRE(eventually(
        [&] { return world.number("select count(*) from engine.activities where owner is not null") == 1; }));
    frozen.freeze();
    // Beyond the trust, and within the lease.
    REQUIRE(eventually([&] {
        return world.number(
                   "select count(*) from engine.workers where lease_until < now() + interval "
                   "'400 milliseconds'") == 1;
    }));
    frozen.thaw();
    CHECK(eventually([&] {
        return world.number(
                   "select count(*) from engine.activities where owner is not null and lost_attempts > 0") ==
               1;
    }));
}

TEST_CASE("a row whose claim was not answered is run as soon as the database answers") {
    World world;
    std::atomic<bool> mute = true;
    const auto worker = world.start_worker([&](worker::WorkerOptions& options) {
        options.faults.patience = 0ms;
        options.faults.hook = [&](store::Faults::Point point, const char* statement) {
            return mute && point == store::Faults::Point::after_commit_reply_lost &&
                   std::string_view{statement} == "claim_activities";
        };
    });
    const RunId run = world.start(tries_in_rows, 7, "unheard");
    REQUIRE(eventually(
        [&] { return world.number("select count(*) from engine.activities where owner is not null") == 1; }));
    mute = false;
    CHECK(world.result(tries_in_rows, run) == "7 at attempt 1");
    world.must_be_clean();
}
