// Batch jobs on the pending activities of runs, with real workers that die over them.

#include <signal.h>

#include "engine/client/batches.hpp"
#include "engine/store/id_source.hpp"
#include "tests/worker/activity_programs.hpp"
#include "tests/worker/processes.hpp"

using namespace durable;
using namespace durable::test;
using client::BatchRequest;
using client::BatchState;
using client::BatchVerb;

namespace {

BatchRequest job_of(BatchVerb verb, const std::string& filter, const std::string& type) {
    BatchRequest request;
    request.verb = verb;
    request.filter = filter;
    request.arguments.activity_type = type;
    request.reason = "ticket 12";
    request.identity = "ada@desk";
    return request;
}

struct Crowd : World {
    /// Without a client: no threads before the fork.
    void start_quietly(int count) const {
        start_masses(database, tries_stubbornly.name, count, "crowd",
                     [](int, store::StartRequest& request) { request.input = encode(7); });
    }
    void create_quietly(BatchRequest request) const {
        request.job = store::IdSource{}.uuid_v7();
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        store::create_batch(tx, request);
        tx.commit();
    }
    /// By a worker that is there.
    client::BatchJob finished(const BatchRequest& request) {
        client::BatchClient batches{{.connection_string = database.url()}};
        const Uuid job = batches.create(request).request.job;
        REQUIRE(eventually([&] { return batches.find(job)->state == BatchState::completed; }, 60s));
        return *batches.find(job);
    }
};

}  // namespace

TEST_CASE(
    "a worker that is killed over a page of activities, sent or not, leaves none out and orders none twice") {
    using Point = store::Faults::Point;
    for (const Point point : {Point::before_send, Point::after_commit_reply_lost}) {
        CAPTURE(point == Point::before_send);
        Crowd crowd;
        constexpr int count = 30;
        crowd.start_quietly(count);
        const WorkerProcess dying{
            crowd.database.url(), "dying", [point](worker::WorkerOptions& options, Probe& probe) {
                probe.set("stubborn", 1000);
                options.faults.hook = [point, passed = std::make_shared<std::atomic<int>>(0)](
                                          Point at, const char* name) {
                    if (at == point && std::string_view{name} == "batch_page" && ++*passed == 3)
                        raise(SIGKILL);
                    return false;
                };
            }};
        const auto waiting = "select count(*) from engine.activities where attempt = 2 and owner is null";
        REQUIRE(eventually([&] { return crowd.number(waiting) == count; }, 60s));
        BatchRequest request = job_of(BatchVerb::activity_pause, "Type = 'tries_stubbornly'", "stubborn");
        request.per_second = 25;
        crowd.create_quietly(request);
        const auto done = [&] { return crowd.number("select done from engine.batch_jobs"); };
        // Two pages before it dies, and the third if only its answer was lost.
        const int before_death = point == Point::before_send ? 10 : 15;
        REQUIRE(eventually([&] { return done() >= before_death; }, 60s));
        const auto heir = crowd.start_worker([](auto& options) { options.name = "heir"; });
        REQUIRE(eventually([&] { return done() == count; }, 60s));
        CHECK(crowd.number("select skipped + failed from engine.batch_jobs") == 0);
        const std::string acts = " from engine.audit where verb = 'activity pause' and reason = 'ticket 12'";
        CHECK(crowd.number("select count(*)" + acts) == count);
        CHECK(crowd.number("select count(distinct target)" + acts) == count);
        CHECK(crowd.number("select count(*) from engine.activities where paused_at is not null") == count);

        CHECK(crowd.finished(job_of(BatchVerb::activity_unpause, "Status = 'running'", "stubborn")).done ==
              count);
        REQUIRE(eventually(
            [&] {
                return crowd.number("select count(*) from engine.closed_runs where status = 'completed'") ==
                       count;
            },
            60s));
        crowd.check_invariants();
    }
}

TEST_CASE(
    "an activity that its run's own worker runs is reached, and the order is applied when its attempt "
    "fails") {
    Crowd crowd;
    const auto worker = crowd.start_worker();
    const RunId run = crowd.start(gated, "door", "gated");
    const auto attempts = [&] { return crowd.probe->seen("gate door"); };
    REQUIRE(eventually([&] { return attempts() == 1; }));
    CHECK(crowd.finished(job_of(BatchVerb::activity_pause, "Type = 'gated'", "add_one")).done == 0);
    const auto job = crowd.finished(job_of(BatchVerb::activity_pause, "Type = 'gated'", "gate"));
    CHECK(job.total == 0);
    CHECK(job.done == 1);
    CHECK(crowd.client().describe(ref(run))->orders.size() == 1);
    const auto retried = crowd.finished(job_of(BatchVerb::activity_retry, "Type = 'gated'", "gate"));
    CHECK(retried.skipped == 1);
    crowd.probe->count("open door");
    REQUIRE(eventually([&] { return !crowd.open(run); }));
    crowd.check_invariants();
}
