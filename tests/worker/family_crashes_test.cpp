// A parent and its child on two workers, one of which is killed at each boundary between what is decided,
// sent and answered. The child goes on as new twice on the way.

#include <signal.h>

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

void survive(const Death& death) {
    INFO(death.queue << " dies at " << death.statement << " number " << death.nth
                     << (death.point == Point::before_send ? ", not sent" : ", not answered"));
    World world;
    const RunId run =
        start_masses(world.database, parent_of_countdown.name, 1, "parent", [](int, auto&) {}).front();
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
    world.check_invariants();
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
