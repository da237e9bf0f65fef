// What the removal of closed runs reads: what has to go, and not all that there is.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/store/plans.hpp"

namespace test {
namespace {

constexpr int page = 200;

/// A hundred thousand runs that closed some days ago, a second apart.
struct Archive {
    Archive() {
        database.execute(R"(
            create table crowd as
            select overlay(overlay(gen_random_uuid()::text placing left(engine.uuid_floor(moment)::text, 13) from 1)
                           placing '7' from 15)::uuid as run_id, moment
              from (select engine.now() - interval '2 days' - n * interval '1 second' as moment
                      from generate_series(1, 100000) n) s;
            select engine.create_partitions(now() - interval '1 month', now());
            insert into engine.runs (run_id, chain_id, started_at, name_space, workflow_id, type, tenant, queue,
                                     request_id)
            select run_id, run_id, moment, 'default', run_id::text, 'order', 't', 'default', '' from crowd;
            insert into engine.closed_runs (run_id, closed_at, activations, events, status)
            select run_id, moment, 2, 4, 'completed' from crowd;
            analyze)");
    }
    void keep(const std::string& interval) {
        database.execute(fmt::format(
            "insert into engine.retention (type, status, keep, export, changed_at) values ('', '', "
            "interval '{}', false, now()) on conflict (type, status) do update set keep = excluded.keep",
            interval));
    }
    /// Pages of 8 kB that a look at the next two hundred has touched. With ten million runs the planner takes to other
    /// joins, which read all of them first; here it has to be led to them.
    int buffers() {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        tx.exec("set local enable_nestloop = off");
        plan = Plans::explain(tx, "expired_runs", fmt::format("null, {}, true", page));
        return buffers_of_scan(plan, "Limit");
    }

    Database database;
    std::string plan;
};

TEST_CASE("the next page of runs to be removed is found without reading all closed runs") {
    Archive archive;
    SUBCASE("nothing is to be removed: there is no policy") {
        CHECK_MESSAGE(archive.buffers() <= 20, archive.plan);
    }
    SUBCASE("nothing is old enough") {
        archive.keep("10 years");
        CHECK_MESSAGE(archive.buffers() <= 20, archive.plan);
    }
    SUBCASE("all are") {
        archive.keep("1 hour");
        CHECK_MESSAGE(archive.buffers() <= page * 12, archive.plan);
    }
}

}  // namespace
}  // namespace test
