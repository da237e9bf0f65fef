// Updates, and messages between workflows, with the worker killed at each boundary between what is decided,
// sent and answered. The shop goes on as new under the senders' hands.

#include <signal.h>

#include "engine/store/id_source.hpp"
#include "engine/store/updates.hpp"
#include "tests/worker/processes.hpp"
#include "tests/worker/shops.hpp"

using namespace durable;
using namespace durable::test;

namespace {

using Point = store::Faults::Point;

/// Where a worker dies: at the nth passing of this point.
struct Death {
    std::string statement;
    Point point;
    int nth;
};

std::function<void(worker::WorkerOptions&, Probe&)> doomed(const Death& death) {
    return [death](worker::WorkerOptions& options, Probe&) {
        options.faults.hook = [death, passed = std::make_shared<std::atomic<int>>(0)](Point point,
                                                                                      const char* name) {
            if (point == death.point && death.statement == name && ++*passed == death.nth) raise(SIGKILL);
            return false;
        };
    };
}

template <class Input, class Output>
store::StartRequest start_of(store::IdSource& ids, const WorkflowType<Input, Output>& type,
                             const Input& input, const std::string& id) {
    store::StartRequest request;
    request.workflow = WorkflowId{id};
    request.type = type.name;
    request.input = encode(input);
    request.run = ids.run_id();
    return request;
}

/// Without a client: no threads before the fork. Four sales by update, one of them with an activity, one
/// rejected request, and one sale by another workflow; the shop goes on as new after every second sale.
RunId open_quietly(World& world) {
    store::IdSource ids;
    const std::vector<store::StartRequest> requests{
        start_of(ids, shop, Shop{.sales_left = 5, .sales_a_run = 2, .patient = true}, "shop"),
        start_of(ids, teller, 100, "teller")};
    pqxx::connection connection{world.database.url()};
    pqxx::work tx{connection};
    store::start(tx, requests);
    const store::RunRef to{.workflow = WorkflowId{"shop"}};
    int id = 0;
    for (const int number : {1, -1, 2, 3, 4}) {
        const std::string name = number == 2 ? "sell_slowly" : "sell";
        store::admit(tx, to, {"u-" + std::to_string(id++), name, encode(number)});
    }
    tx.commit();
    return requests.front().run;
}

/// It was there, and all its sessions are gone. Fails if it has done everything without dying.
bool has_died(const World& world) {
    REQUIRE(world.number("select count(*) from engine.live_runs") > 0);
    return world.number("select count(*) from engine.workers") > 0 &&
           world.number(
               "select count(*) from pg_stat_activity where datname = current_database() and "
               "pid <> pg_backend_pid() and backend_type = 'client backend'") == 0;
}

void survive(const Death& death) {
    INFO("the worker dies at " << death.statement << " number " << death.nth
                               << (death.point == Point::before_send ? ", not sent" : ", not answered"));
    World world;
    const RunId run = open_quietly(world);
    WorkerProcess dying{world.database.url(), "dying", doomed(death)};
    REQUIRE(eventually([&] { return has_died(world); }, 60s));
    const auto heir = world.start_worker([](auto& options) { options.name = "heir"; });
    std::vector<int> sold = world.result(shop, run, 60s);
    std::ranges::sort(sold);
    CHECK(sold == std::vector{1, 2, 3, 4, 100});
    CHECK(world.number("select count(*) from engine.updates where stage = 'completed'") == 4);
    CHECK(world.number("select count(*) from engine.updates where stage = 'rejected'") == 1);
    CHECK(eventually([&] { return world.number("select count(*) from engine.errands") == 0; }));
    CHECK(world.client().wait_result({.workflow = WorkflowId{"teller"}}, 60s).result.json ==
          "\"told, WorkflowNotFound\"");
    world.must_be_clean();
    world.check_invariants();
}

}  // namespace

TEST_CASE(
    "whichever boundary a worker dies at: every update is answered once, every message is received once") {
    for (const Point point : {Point::before_send, Point::after_commit_reply_lost}) {
        for (int nth = 1; nth <= 6; ++nth) survive({"commit_batch", point, nth});
        for (int nth = 1; nth <= 2; ++nth) survive({"deliver_errands", point, nth});
    }
}
