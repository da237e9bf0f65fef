// A parent and its child on two workers, one of which is killed at each boundary between what is decided,
// sent and answered. The child goes on as new twice on the way.

#include <signal.h>

#include "engine/store/check.hpp"
#include "engine/store/id_source.hpp"
#include "tests/worker/families.hpp"
#include "tests/worker/processes.hpp"

using namespace durable;
using namespace durable::test;

namespace {

using Point = store::Faults::Point;

/// Where a worker dies: at the nth passing of this point.
struct Death {
    std::string queue;
    std::string statement;
    Point point;
    int nth;
};

std::function<void(worker::WorkerOptions&, Probe&)> doomed(const Death& death) {
    return [death](worker::WorkerOptions& options, Probe&) {
        options.queue = death.queue;
        options.faults.hook = [death, passed = std::make_shared<std::atomic<int>>(0)](Point point,
                                                                                      const char* name) {
            if (point == death.point && death.statement == name && ++*passed == death.nth) raise(SIGKILL);
            return false;
        };
    };
}

/// Without a client: no threads before the fork.
RunId start_quietly(World& world) {
    store::IdSource ids;
    store::StartRequest request;
    request.workflow = WorkflowId{"parent"};
    request.type = parent_of_countdown.name;
    request.run = ids.run_id();
    pqxx::connection connection{world.database.url()};
    pqxx::work tx{connection};
    store::start(tx, std::span{&request, 1});
    tx.commit();
    return request.run;
}

void check_invariants(const World& world) {
    pqxx::connection connection{world.database.url()};
    for (const store::CheckLine& line : store::check(connection)) {
        INFO(line.id << " " << line.sentence << " " << (line.examples.empty() ? "" : line.examples.front()));
        CHECK(line.violated == 0);
    }
}

void survive(const Death& death) {
    INFO(death.queue << " dies at " << death.statement << " number " << death.nth
                     << (death.point == Point::before_send ? ", not sent" : ", not answered"));
    World world;
    const RunId run = start_quietly(world);
    const std::string other = death.queue == "there" ? "default" : "there";
    WorkerProcess dying{world.database.url(), "dying", doomed(death)};
    WorkerProcess living{world.database.url(), "living",
                         [&](worker::WorkerOptions& options, Probe&) { options.queue = other; }};
    const auto heir = world.start_worker([&](auto& options) {
        options.queue = death.queue;
        options.name = "heir";
    });
    CHECK(world.result(parent_of_countdown, run, 30s) == 8);
    CHECK(eventually([&] { return world.number("select count(*) from engine.errands") == 0; }));
    CHECK(world.number("select count(*) from engine.runs") == 4);
    CHECK(world.number("select count(*) from engine.history_events where kind = 'ChildCompleted'") == 1);
    world.must_be_clean();
    check_invariants(world);
}

}  // namespace

TEST_CASE("whichever of parent's and child's workers dies, at whichever boundary: one child, one result") {
    for (const char* queue : {"default", "there"}) {
        for (const Point point : {Point::before_send, Point::after_commit_reply_lost}) {
            for (int nth = 1; nth <= 5; ++nth) survive({queue, "commit_batch", point, nth});
            survive({queue, "deliver_errands", point, 1});
            survive({queue, "deliver_errands", point, 2});
        }
    }
}
