// A run is reset, and the worker that has it, or gets it, is killed at each boundary between what is decided, sent and
// answered. Whatever dies: one result, and no invariant is broken.

#include <signal.h>

#include <atomic>

#include "engine/client/connection_pool.hpp"
#include "engine/client/transactions.hpp"
#include "engine/store/id_source.hpp"
#include "engine/store/reset.hpp"
#include "tests/worker/families.hpp"
#include "tests/worker/processes.hpp"

using namespace durable;
using namespace durable::test;

namespace {

using Point = store::Faults::Point;

struct Death {
    Point point;
    int nth;
};

std::function<void(worker::WorkerOptions&, Probe&)> doomed(const Death& death) {
    return [death](worker::WorkerOptions& options, Probe&) {
        options.faults.hook = [death, passed = std::make_shared<std::atomic<int>>(0)](Point point,
                                                                                      const char* name) {
            const bool here = point == death.point && std::string_view{name} == "commit_batch";
            if (here && ++*passed == death.nth) raise(SIGKILL);
            return false;
        };
    };
}

/// Without a client, and no less patient: a reset may run into a deadlock with what workers commit.
RunId reset_quietly(const World& world, RunId base) {
    store::ResetRequest wanted;
    wanted.base = ref(base);
    wanted.run = store::IdSource{}.run_id();
    wanted.request_id = "once";
    wanted.point = [](RunId, const history::History& history) {
        return replay::before_last_activation(history).value_or(replay::before_first_activation(history));
    };
    client::ConnectionPool connections{world.database.url(), 1};
    RunId run;
    client::Transactions{connections, 30s}.write(
        [&](pqxx::transaction_base& tx, bool) { run = store::reset(tx, wanted).value().run; });
    return run;
}

bool quietly_eventually(const World& world, const std::string& sql) {
    return eventually([&] { return world.database.value(sql) == "t"; }, 30s);
}

void survive(const Death& death) {
    const std::string where = death.point == Point::before_send ? "not sent" : "not answered";
    INFO("a worker dies at commit " << death.nth << ", " << where);
    World world;
    const auto with_one_child = [](int, auto& request) { request.input = encode(Family{.children = 1}); };
    const RunId base =
        start_masses(world.database, parent_of_sequences.name, 1, "parent", with_one_child).front();
    WorkerProcess dying{world.database.url(), "dying", doomed(death)};
    REQUIRE(quietly_eventually(world,
                               "select exists (select from engine.live_runs where epoch > 0)"
                               " or exists (select from engine.closed_runs)"));
    const RunId again = reset_quietly(world, base);
    WorkerProcess heir{world.database.url(), "heir"};
    const RunId repeated = reset_quietly(world, base);
    CHECK(repeated == again);
    CHECK(world.result(parent_of_sequences, again, 60s) == world.result(parent_of_sequences, base, 60s));
    CHECK(world.number("select count(*) from engine.audit where verb = 'workflow reset'") == 1);
    REQUIRE(eventually([&] { return world.number("select count(*) from engine.live_runs") == 0; }));
    REQUIRE(eventually([&] { return world.number("select count(*) from engine.errands") == 0; }));
    world.check_invariants();
}

}  // namespace

TEST_CASE("whichever commit a worker dies at around a reset: one result, everything once") {
    for (const Point point : {Point::before_send, Point::after_commit_reply_lost}) {
        for (int nth = 2; nth <= 8; ++nth) survive({point, nth});
    }
}
