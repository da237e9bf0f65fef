// What an idle worker notices although nobody tells it: it asks before it acts, and acts when the answer is yes.

#include <fmt/format.h>

#include <atomic>

#include "tests/worker/world.hpp"

using namespace durable;
using namespace durable::test;

namespace {

/// How often a worker has sent what. Thread-safe.
struct Sent {
    std::atomic<int> looks{0}, claims{0}, row_looks{0}, row_claims{0}, deliveries{0};
    std::atomic<int> looks_before_claim{0};  ///< the first claim since this was 0

    void count(std::string_view statement) {
        if (statement == "look") ++looks;
        if (statement == "commit_batch") {
            ++claims;
            int none = 0;
            looks_before_claim.compare_exchange_strong(none, looks);
        }
        if (statement == "activities_wait") ++row_looks;
        if (statement == "claim_activities") ++row_claims;
        if (statement == "deliver_errands") ++deliveries;
    }
};

/// A worker that hears nothing and has found nothing for a while.
class Idle : public World {
  public:
    void start() {
        worker_ = start_worker([this](worker::WorkerOptions& options) {
            options.notifications = false;
            options.sweep_every = 500ms;
            options.lease = 10s;
            options.faults.hook = [this](store::Faults::Point point, const char* statement) {
                if (point == store::Faults::Point::before_send) sent.count(statement);
                return false;
            };
        });
        wait_until_quiet();
    }
    /// All that is done from here on has been asked for, but for what is done in any case now and then.
    void wait_until_quiet() {
        const int looks = sent.looks;
        const int row_looks = sent.row_looks;
        REQUIRE(eventually([&] { return sent.looks >= looks + 2 && sent.row_looks >= row_looks + 2; }));
    }

    Sent sent;  ///< outlives the worker

  private:
    std::unique_ptr<worker::Worker> worker_;
};

/// Well below the time between two passes that nobody has asked for (15 s).
constexpr auto soon = 8s;

}  // namespace

TEST_CASE_FIXTURE(
    Idle, "an idle worker asks whether there is something, and claims and delivers nothing meanwhile") {
    start();
    const int claims = sent.claims;
    const int row_claims = sent.row_claims;
    const int deliveries = sent.deliveries;
    const int looks = sent.looks;
    REQUIRE(eventually([&] { return sent.looks >= looks + 10; }));  // about four seconds
    CHECK(sent.claims - claims <= 3);                               // one in five
    CHECK(sent.row_claims - row_claims <= 1);                       // one in fifteen
    CHECK(sent.deliveries - deliveries <= 1);
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

TEST_CASE_FIXTURE(Idle, "an idle worker claims a run that has become due right after it has looked") {
    static_cast<void>(World::start(sleeper, Duration{1h}, "sleeper"));
    start();
    REQUIRE(eventually([&] {
        return number("select count(*) from engine.live_runs where owner is null and activations > 1") == 1;
    }));
    wait_until_quiet();
    // Right after a claim that was made in any case, with five seconds and a dozen looks until the next.
    const int claims = sent.claims;
    REQUIRE(eventually([&] { return sent.claims > claims; }));
    const auto epoch = [&] { return number("select epoch from engine.live_runs"); };
    const int before = epoch();
    sent.looks_before_claim = 0;
    database.execute("update engine.live_runs set wake_at = engine.now()");
    const int looks = sent.looks;
    REQUIRE(eventually([&] { return epoch() > before; }, soon));
    // Later ones would find it too: as a run that claims have overlooked for a second.
    CHECK(sent.looks_before_claim - looks <= 1);
}
