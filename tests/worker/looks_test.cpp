// What an idle worker notices although nobody tells it: one connection asks for all of it, and the others act when the
// answer is yes.

#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "engine/client/batches.hpp"
#include "tests/support/figures.hpp"
#include "tests/worker/world.hpp"

using namespace durable;
using namespace durable::test;

namespace {

using Clock = std::chrono::steady_clock;

/// How often a worker has sent what, but for its control connection, which is not watched. Thread-safe.
struct Sent {
    std::atomic<int> claims{0}, row_claims{0}, deliveries{0}, schedule_looks{0}, batch_looks{0};
    std::atomic<Clock::rep> last_claim{0};  ///< of runs or rows

    void count(std::string_view statement) {
        if (statement == "commit_batch") ++claims;
        if (statement == "claim_activities") ++row_claims;
        if (statement == "deliver_errands") ++deliveries;
        if (statement == "schedules_due") ++schedule_looks;
        if (statement == "batch_wait") ++batch_looks;
        if (statement == "commit_batch" || statement == "claim_activities")
            last_claim = Clock::now().time_since_epoch().count();
    }
    [[nodiscard]] bool claimed_within(Clock::duration time) const {
        return Clock::now() - Clock::time_point{Clock::duration{last_claim}} < time;
    }
};

/// Counts what a log says.
class Listener final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    explicit Listener(Probe& told) : told_(told) {}

  private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        told_.count({message.payload.data(), message.payload.size()});
    }
    void flush_() override {}

    Probe& told_;
};

/// A worker as it is by default, but that it hears nothing, and that has found nothing for a while.
class Idle : public World {
  public:
    void start(const std::string& name = "idle") {
        workers_.push_back(start_worker([&](worker::WorkerOptions& options) {
            options.name = name;
            options.notifications = false;
            options.sweep_every = worker::WorkerOptions{}.sweep_every;
            options.lease = worker::WorkerOptions{}.lease;
            options.logger = std::make_shared<spdlog::logger>(name, std::make_shared<Listener>(log));
            options.faults.hook = [this](store::Faults::Point point, const char* statement) {
                if (point == store::Faults::Point::before_send) sent.count(statement);
                return false;
            };
        }));
    }
    /// From here on nothing is claimed but every five seconds, and nothing done but every fifteen, unless it was seen.
    void wait_until_quiet() {
        REQUIRE(eventually([&] { return sent.claims > 0 && !sent.claimed_within(2s); }));
        const int claims = sent.claims;
        REQUIRE(eventually([&] { return sent.claims > claims; }));  // five seconds until the next
    }
    /// Transactions in this database, all of them.
    [[nodiscard]] static double transactions(pqxx::nontransaction& from) {
        return from
            .exec1(
                "select xact_commit + xact_rollback from pg_stat_database where datname = "
                "current_database()")[0]
            .as<double>();
    }

    // They outlive the workers.
    Sent sent;
    Probe log;

  private:
    std::vector<std::unique_ptr<worker::Worker>> workers_;
};

/// Less than the time between two claims of runs, or two other passes, that nobody has asked for (5 s and 15 s).
constexpr auto before_the_next_claim = 3500ms;
constexpr auto soon = 7s;

}  // namespace

TEST_CASE_FIXTURE(Idle, "an idle worker sends fewer than five queries a second, beside others too") {
    constexpr int workers = 3;
    static_cast<void>(World::start(sleeper, Duration{1h}, "sleeper"));
    for (int i = 0; i < workers; ++i) start(fmt::format("idle-{}", i));
    wait_until_quiet();
    std::this_thread::sleep_for(
        11s);  // sessions tell what they have done ten seconds later, if they are idle
    pqxx::connection connection{database.owner_url()};
    pqxx::nontransaction statistics{connection};
    const auto begun = Clock::now();
    const double before = transactions(statistics);
    std::this_thread::sleep_for(15s);  // each pass that nobody has asked for happens once
    const double sent_meanwhile = transactions(statistics) - before;
    const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    CHECK(sent_meanwhile / seconds / workers < 5);
    CHECK(sent_meanwhile / seconds / workers > 1);  // else they are not seen
    ::test::figure("idle worker, queries", sent_meanwhile / seconds / workers, "/s");
}

TEST_CASE_FIXTURE(Idle, "while nothing waits an idle worker claims, delivers and looks hardly ever") {
    start();
    wait_until_quiet();
    const int claims = sent.claims;
    const int row_claims = sent.row_claims;
    const int deliveries = sent.deliveries;
    const int schedule_looks = sent.schedule_looks;
    const int batch_looks = sent.batch_looks;
    REQUIRE(eventually([&] { return sent.claims >= claims + 2; }, 30s));  // about ten seconds
    CHECK(sent.row_claims - row_claims <= 1);                             // one in fifteen
    CHECK(sent.deliveries - deliveries <= 1);
    CHECK(sent.schedule_looks - schedule_looks <= 1);
    CHECK(sent.batch_looks - batch_looks <= 1);
}

TEST_CASE_FIXTURE(Idle, "an idle worker finds a run that SQL has started") {
    start();
    wait_until_quiet();
    database.execute("select engine.start_workflow('default', 'sequence', 'by-sql', '1')");
    CHECK(eventually([&] { return number("select count(*) from engine.closed_runs") == 1; },
                     before_the_next_claim));
}

TEST_CASE_FIXTURE(Idle, "an idle worker finds a schedule that SQL has made") {
    start();
    wait_until_quiet();
    database.execute(
        "select engine.create_schedule('default', 'by-sql', 'sequence', '1', every => interval '1 hour')");
    CHECK(eventually(
        [&] { return number("select count(*) from engine.schedules where next_nominal is not null") == 1; },
        soon));
}

TEST_CASE_FIXTURE(Idle, "an idle worker takes on a batch job that another client has made") {
    static_cast<void>(World::start(sleeper, Duration{1h}, "sleeper"));
    start();
    wait_until_quiet();
    client::BatchClient batches{{database.url(), true, 4}};
    client::BatchRequest request;
    request.verb = client::BatchVerb::terminate;
    request.filter = "WorkflowId = 'sleeper'";
    request.reason = "not needed";
    request.identity = "ann";
    static_cast<void>(batches.create(request));
    CHECK(eventually([&] { return batches.list().front().state == client::BatchState::completed; }, soon));
}

TEST_CASE_FIXTURE(Idle, "an idle worker notices that its queue is paused, and that it is not any more") {
    start();
    wait_until_quiet();
    const auto said = [&](const std::string& what) {
        return eventually([&] { return log.seen(what) > 0; }, soon);
    };
    database.execute(
        "insert into engine.queues (queue, paused_at, paused_by) values ('default', engine.now(), 'ann')");
    CHECK(said("queue paused queue=default"));
    database.execute("update engine.queues set paused_at = null, paused_by = null");
    CHECK(said("queue unpaused queue=default"));
}

TEST_CASE_FIXTURE(Idle, "an idle worker delivers what a dead one has left to be delivered") {
    const RunId run = World::start(adder, 1, "receiver");
    start();
    REQUIRE(eventually([&] {
        return number("select count(*) from engine.live_runs where owner is null and activations > 1") == 1;
    }));
    wait_until_quiet();
    database.execute(fmt::format(
        "insert into engine.errands (kind, target, tenant, event, since) "
        "values ('message', '{}', 'default', convert_to('{}', 'UTF8'), engine.now())",
        run.value.to_string(), history::encode_event(history::SignalReceived{"unasked", {"1"}, ""})));
    CHECK(eventually([&] { return number("select count(*) from engine.errands") == 0; }, soon));
}

TEST_CASE_FIXTURE(Idle, "an idle worker takes an activity row that has become due") {
    probe->set("flaky", 1);
    const RunId run = World::start(retrying, 1, "retrying");
    start();
    REQUIRE(eventually(
        [&] { return number("select count(*) from engine.activities where owner is null") == 1; }));
    wait_until_quiet();
    database.execute("update engine.activities set available_at = engine.now()");
    CHECK(eventually([&] { return !open(run); }, soon));
}

TEST_CASE_FIXTURE(Idle, "an idle worker claims a run that has become due") {
    static_cast<void>(World::start(sleeper, Duration{1h}, "sleeper"));
    start();
    REQUIRE(eventually([&] {
        return number("select count(*) from engine.live_runs where owner is null and activations > 1") == 1;
    }));
    wait_until_quiet();
    const auto epoch = [&] { return number("select epoch from engine.live_runs"); };
    const int before = epoch();
    database.execute("update engine.live_runs set wake_at = engine.now()");
    CHECK(eventually([&] { return epoch() > before; }, before_the_next_claim));
}
