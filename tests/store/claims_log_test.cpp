// The log of claims, which simulation and killed workers are watched with, notices what it is there for, and nothing
// else.

#include "tests/support/claims_log.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/store/fixture.hpp"

namespace {

/// A run that a worker holds, whose session is there.
struct Watched : test::StoreFixture {
    Watched() {
        test::install_claims_log(owner);
        database.execute(
            "insert into engine.workers (name, build, queue, started_at, lease, lease_until) select name, "
            "'b', "
            "'default', engine.now(), '10 s', engine.now() + interval '10 s' from unnest(array['ann', "
            "'ben']) as name");
        start(request("watched"));
        database.execute("update engine.live_runs set owner = 1, epoch = 1, token = 11");
        pqxx::nontransaction{session}.exec("select pg_advisory_lock(726571, 1)");
    }
    /// By a statement like a sweeper's, which names workers in an array.
    void by_a_sweeper(const std::string& set) {
        pqxx::work tx{owner};
        tx.exec_params("update " + set + " = any ($1::integer[])", "{1}");
        tx.commit();
    }
    /// As its holder gives it back.
    void give_up() {
        pqxx::work tx{owner};
        tx.exec_params("update engine.live_runs set owner = null where coalesce(owner, 0) = $1::integer", 1);
        tx.commit();
    }
    [[nodiscard]] std::string problem() {
        const auto seen = test::claims_seen(owner);
        return seen.problems.empty() ? "" : seen.problems.front();
    }
    [[nodiscard]] bool noticed(const std::string& what) { return problem().find(what) != std::string::npos; }

    pqxx::connection owner{database.owner_url()};
    pqxx::connection session{database.owner_url()};
};

}  // namespace

TEST_CASE_FIXTURE(Watched,
                  "a claim that does not make the epoch grow, or has the token of another, is noticed") {
    give_up();
    SUBCASE("a claim like any other") {
        database.execute("update engine.live_runs set owner = 2, epoch = 2, token = 22");
        CHECK(problem() == "");
        CHECK(test::claims_seen(owner).claims == 2);
    }
    SUBCASE("the same epoch") {
        database.execute("update engine.live_runs set owner = 2, token = 22");
        CHECK(noticed("I-25"));
    }
    SUBCASE("the same token") {
        database.execute("update engine.live_runs set owner = 2, epoch = 2");
        CHECK(noticed("under the token of the claim before"));
    }
    SUBCASE("an epoch that shrinks without a claim") {
        database.execute("update engine.live_runs set epoch = 0");
        CHECK(noticed("its epoch was 1 and is 0"));
    }
}

TEST_CASE_FIXTURE(Watched, "a run that is taken from a living worker is noticed") {
    SUBCASE("by a claim") {
        database.execute("update engine.live_runs set owner = 2, epoch = 2, token = 22");
        CHECK(noticed("I-26"));
    }
    SUBCASE("by a sweeper") {
        by_a_sweeper("engine.live_runs set owner = null where owner");
        CHECK(noticed("which lives"));
    }
    SUBCASE("that is declared dead first") {
        by_a_sweeper("engine.workers set ended_at = engine.now() where worker_no");
        CHECK(noticed("declared dead, and lives"));
    }
    SUBCASE("whose lease is over") {
        database.execute("update engine.workers set lease_until = engine.now() - interval '1 s'");
        by_a_sweeper("engine.workers set ended_at = engine.now() where worker_no");
        by_a_sweeper("engine.live_runs set owner = null where owner");
        CHECK(problem() == "");
    }
    SUBCASE("whose session is gone") {
        pqxx::nontransaction{session}.exec("select pg_advisory_unlock_all()");
        by_a_sweeper("engine.workers set ended_at = engine.now() where worker_no");
        by_a_sweeper("engine.live_runs set owner = null where owner");
        CHECK(problem() == "");
    }
}
