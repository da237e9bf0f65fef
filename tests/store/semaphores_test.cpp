// Semaphores: first come, first served, never more than there is, and nothing leaks, however a run ends.

#include "engine/store/semaphores.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

#include "tests/store/family.hpp"

namespace {

using namespace durable;
using namespace durable::store;

class Semaphores : public test::FamilyFixture {
  public:
    /// A claimed run that has committed a request for units.
    ClaimedRun wants(const std::string& id, int units, int capacity = 3,
                     const std::string& resource = "lines") {
        const ClaimedRun run = adult(id);
        RunCommit commit = test::commit_of(run, {history::UnitsRequested{resource, units, capacity}});
        commit.units.push_back({EventId{2}, resource, units, capacity});
        const BatchResult result = this->commit(commit);
        REQUIRE(result.committed.size() == 1);
        CHECK(result.errands);  // somebody has to grant it
        return test::after(run, commit);
    }
    /// What the grants have told the run.
    bool was_told(const ClaimedRun& run) {
        const auto loaded = hot.load({{run.run, run.chain, false, run.inbox_head}});
        return loaded.size() == 1 && loaded[0].inbox.size() == 1 &&
               std::get<history::UnitsGranted>(history::decode_event(loaded[0].inbox[0].event)).requested ==
                   EventId{2};
    }
    SemaphoreInfo semaphore(const std::string& resource = "lines") {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        return find_semaphore(tx, resource).value();
    }
    void grant() { hot.deliver_errands(); }
    void set(int capacity) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        set_capacity(tx, "lines", capacity, {"a test", "test"});
        tx.commit();
    }
    void give_back(const ClaimedRun& run) {
        RunCommit commit = test::commit_of(run, {history::UnitsReleased{EventId{2}}});
        commit.units_back.push_back(EventId{2});
        commit.inbox_head = 0;
        CHECK(this->commit(commit).committed.size() == 1);
    }
};

}  // namespace

TEST_CASE_FIXTURE(Semaphores,
                  "units are granted in the order of the requests, and none overtakes a larger one") {
    const ClaimedRun first = wants("first", 2);
    const ClaimedRun large = wants("large", 2);
    const ClaimedRun small = wants("small", 1);
    grant();
    CHECK(was_told(first));
    CHECK_FALSE(was_told(large));
    CHECK_FALSE(was_told(small));
    CHECK(semaphore().held == 2);
    CHECK(semaphore().waiting == 2);
    give_back(first);
    grant();
    CHECK(was_told(large));
    CHECK(was_told(small));
    CHECK(semaphore().held == 3);
    check_invariants();
}

TEST_CASE_FIXTURE(Semaphores, "the first request makes the semaphore; an operator changes it") {
    const ClaimedRun first = wants("first", 1, 1);
    const ClaimedRun second = wants("second", 1, 5);
    grant();
    CHECK(semaphore().capacity == 1);
    CHECK_FALSE(was_told(second));
    set(2);
    grant();
    CHECK(was_told(second));
    set(1);
    const ClaimedRun third = wants("third", 1);
    give_back(first);
    grant();
    CHECK(semaphore().held == 1);
    CHECK_FALSE(was_told(third));  // who held units has kept them
    CHECK(database.value("select count(*) from engine.audit where verb = 'semaphore set-capacity'") == "2");
    check_invariants();
}

TEST_CASE_FIXTURE(Semaphores,
                  "a request for more than there is holds up nobody, and is served once there is enough") {
    const ClaimedRun glutton = wants("glutton", 5, 5);
    set(3);
    const ClaimedRun modest = wants("modest", 1);
    grant();
    CHECK(was_told(modest));
    CHECK_FALSE(was_told(glutton));
    give_back(modest);
    set(5);
    grant();
    CHECK(was_told(glutton));
    check_invariants();
}

TEST_CASE_FIXTURE(Semaphores,
                  "whatever ends a run gives its units back: close, termination, continue-as-new") {
    const ClaimedRun closing = wants("closing", 3);
    grant();
    const ClaimedRun next = wants("next", 3);
    RunCommit close = test::close_of(closing);
    close.inbox_head = 1;
    CHECK(commit(close).errands);  // the next one need not wait for a sweep
    grant();
    CHECK(was_told(next));

    const ClaimedRun third = wants("third", 3);
    CHECK(terminate(next.run) == SendResult::delivered);
    grant();
    CHECK(was_told(third));

    const ClaimedRun fourth = wants("fourth", 3);
    CHECK(commit(continuation(third)).committed.size() == 1);
    grant();
    CHECK(was_told(fourth));
    CHECK(semaphore().holders == 1);
    check_invariants();
}

TEST_CASE_FIXTURE(Semaphores, "a run that ends while it waits leaves no request behind") {
    const ClaimedRun holder = wants("holder", 3);
    const ClaimedRun gone = wants("gone", 1);
    const ClaimedRun patient = wants("patient", 3);
    grant();
    RunCommit close = test::close_of(gone);
    CHECK(commit(close).committed.size() == 1);
    CHECK(semaphore().waiting == 1);
    give_back(holder);
    grant();
    CHECK(was_told(patient));
    check_invariants();
}

TEST_CASE_FIXTURE(Semaphores, "many who grant at once grant no unit twice") {
    std::vector<ClaimedRun> runs;
    for (int i = 0; i < 30; ++i) runs.push_back(wants(fmt::format("run-{}", i), 1));
    {
        std::vector<std::jthread> granters;
        for (int i = 0; i < 4; ++i) {
            granters.emplace_back([&] {
                HotConnection connection{database.url()};
                for (int round = 0; round < 10; ++round) connection.deliver_errands();
            });
        }
    }
    CHECK(semaphore().held == 3);
    CHECK(semaphore().waiting == 27);
    for (int i = 0; i < 3; ++i) CHECK(was_told(runs[static_cast<std::size_t>(i)]));
    check_invariants();
}
