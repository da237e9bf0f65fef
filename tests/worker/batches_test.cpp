// Search attributes and batch jobs with real workers: set by code, carried on, and a job that outlives its
// workers.

#include <signal.h>

#include "engine/client/batches.hpp"
#include "engine/store/check.hpp"
#include "engine/store/id_source.hpp"
#include "tests/worker/families.hpp"
#include "tests/worker/processes.hpp"

using namespace durable;
using namespace durable::test;

namespace {

constexpr SearchKey<std::string> stage{"StageOfOrder"};
constexpr SearchKey<std::int64_t> rounds{"Rounds"};
constexpr WorkflowType<int, int> order{"order_with_attributes"};
constexpr Signal<int> onward{"onward"};

/// Goes on as new until nothing is left; lists know where it stands.
Task<int> run_order(Workflow& wf, int left) {
    wf.set_attribute(rounds, left);
    wf.set_attribute(stage, left > 0 ? "working" : "done");
    static_cast<void>(co_await wf.signals(onward).receive());
    if (left > 0) wf.continue_as_new(left - 1);
    co_return 7;
}

class SearchWorld : public World {
  public:
    SearchWorld() { workflows.add(order, run_order); }
    std::size_t found(const std::string& filter) {
        return client().search({"default", filter, 100, {}}).size();
    }
    /// False also while no run has set the attribute yet: its name is unknown until then.
    bool finds(const std::string& filter, std::size_t count) {
        try {
            return found(filter) == count;
        } catch (const search::QueryError&) {
            return false;
        }
    }
    void check() const {
        pqxx::connection connection{database.url()};
        for (const auto& line : store::check(connection)) {
            const bool ours = line.id == "I-62" || line.id == "I-63" || line.id == "I-64";
            if (!ours) continue;
            INFO(line.id << " " << line.sentence);
            CHECK(line.violated == 0);
            CHECK(line.checked > 0);
        }
    }
};

}  // namespace

TEST_CASE("what the code sets is found at once, and by the next run of its chain") {
    SearchWorld world;
    const auto worker = world.start_worker();
    world.client().start(order, 1,
                         {.workflow = WorkflowId{"o"}, .attributes = {SearchKey<bool>{"Urgent"}(true)}});
    REQUIRE(eventually([&] { return world.finds("StageOfOrder = 'working' and Status = 'running'", 1); }));
    CHECK(world.found("Urgent = true and Rounds = 1") == 1);
    world.client().signal({.workflow = WorkflowId{"o"}}, onward, 1);
    REQUIRE(eventually([&] { return world.finds("StageOfOrder = 'done' and Status = 'running'", 1); }));
    CHECK(world.found("Urgent = true") == 2);
    CHECK(world.found("Rounds = 0 and Urgent = true") == 1);
    CHECK(world.found("StageOfOrder = 'working' and Status = 'continued_as_new'") == 1);
    world.client().signal({.workflow = WorkflowId{"o"}}, onward, 1);
    REQUIRE(eventually([&] { return world.finds("Status = 'completed'", 1); }));
}

TEST_CASE("a batch job goes on after its worker: every run is signalled once") {
    SearchWorld world;
    constexpr std::size_t count = 60;
    for (std::size_t i = 0; i < count; ++i) world.start(order, 0, "o-" + std::to_string(i));
    client::BatchClient batches{{.connection_string = world.database.url()}};
    client::BatchRequest request;
    request.verb = client::BatchVerb::signal;
    request.filter = "Type = 'order_with_attributes'";
    request.arguments = {std::string{onward.name}, encode(1)};
    request.per_second = 100;
    const Uuid job = batches.create(request).request.job;
    const auto state = [&] { return batches.find(job).value(); };
    {
        const auto first = world.start_worker();
        REQUIRE(eventually([&] { return state().done > 0; }));
    }
    const auto second = world.start_worker([](auto& options) { options.name = "second"; });
    REQUIRE(eventually([&] { return state().state == client::BatchState::completed; }, 60s));
    CHECK(state().done == static_cast<std::int64_t>(count));
    REQUIRE(eventually([&] { return world.found("Status = 'completed'") == count; }, 60s));
    CHECK(world.number("select count(*) from engine.batch_runs where outcome = 'done'") ==
          static_cast<int>(count));
    world.check();
}

namespace {

/// Without a client: no threads before the fork.
Uuid prepare_quietly(const World& world, int count) {
    start_masses(world.database, adder.name, count, "a",
                 [](int, store::StartRequest& request) { request.input = encode(2); });
    store::BatchRequest job;
    job.job = store::IdSource{}.uuid_v7();
    job.verb = store::BatchVerb::signal;
    job.filter = "Type = 'adder'";
    job.arguments = {std::string{amount.name}, encode(1)};
    job.per_second = 25;
    pqxx::connection connection{world.database.url()};
    pqxx::work tx{connection};
    store::create_batch(tx, job);
    tx.commit();
    return job.job;
}

}  // namespace

TEST_CASE(
    "a worker that is killed over a page of a batch job, sent or not, leaves nothing out and nothing twice") {
    using Point = store::Faults::Point;
    for (const Point point : {Point::before_send, Point::after_commit_reply_lost}) {
        CAPTURE(point == Point::before_send);
        World world;
        constexpr int count = 30;
        const Uuid job = prepare_quietly(world, count);
        const WorkerProcess dying{
            world.database.url(), "dying", [point](worker::WorkerOptions& options, Probe&) {
                options.faults.hook = [point, passed = std::make_shared<std::atomic<int>>(0)](
                                          Point at, const char* name) {
                    if (at == point && std::string_view{name} == "batch_page" && ++*passed == 3)
                        raise(SIGKILL);
                    return false;
                };
            }};
        const auto done = [&] {
            return world.number("select done from engine.batch_jobs where job_id = '" + job.to_string() +
                                "'");
        };
        // Two pages before it dies, and the third if only its answer was lost.
        const int before_death = point == Point::before_send ? 10 : 15;
        REQUIRE(eventually([&] { return done() >= before_death; }, 60s));
        const auto heir = world.start_worker([](auto& options) { options.name = "heir"; });
        REQUIRE(eventually([&] { return done() == count; }, 60s));
        REQUIRE(eventually(
            [&] {
                return world.number(
                           "select count(*) from engine.history_events where kind = 'SignalReceived'") ==
                       count;
            },
            60s));
        CHECK(world.number(
                  "select count(distinct run_id) from engine.history_events where kind = 'SignalReceived'") ==
              count);
        CHECK(world.number("select count(*) from engine.inbox") == 0);
    }
}
