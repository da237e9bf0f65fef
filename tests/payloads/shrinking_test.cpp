// Space that retention has freed: partitions of past months are dropped when nothing can come any more, and
// rewritten when little is left of them.

#include <fmt/format.h>

#include <stop_token>
#include <thread>

#include "tests/payloads/keeper.hpp"

using namespace durable;
using namespace durable::test;

namespace {

struct Yard : Keeper {
    struct Bites {
        int dropped = 0, rewritten = 0;
    };
    /// Calls the function until it finds nothing, as the maintenance does.
    [[nodiscard]] Bites shrink() const {
        Bites all;
        pqxx::connection connection{database.owner_url()};
        while (true) {
            pqxx::work tx{connection};
            const auto bite = tx.exec("select * from engine.shrink_partitions('2025-06-01', 0, 0.5)");
            const int dropped = bite[0][0].as<int>();
            const int rewritten = bite[0][1].as<int>();
            tx.commit();
            if (dropped + rewritten == 0) return all;
            all.dropped += dropped;
            all.rewritten += rewritten;
        }
    }
    [[nodiscard]] bool there(const std::string& partition) const {
        return database.value(fmt::format("select to_regclass('engine.{}') is not null", partition)) == "t";
    }
};

}  // namespace

TEST_CASE_FIXTURE(Yard,
                  "partitions of past months are dropped when empty, and rewritten when few rows survive") {
    database.execute(
        "select engine.create_partitions('2025-01-15', '2025-02-15');"
        "insert into engine.message_ids select engine.uuid_floor('2025-01-20'), i::text from "
        "generate_series(1, 100) i;"
        "delete from engine.message_ids where request_id <> '1';"
        "analyze engine.message_ids_2025_01;"
        "insert into engine.published select engine.uuid_floor('2025-02-20'), 'key', '1',"
        " engine.uuid_floor('2025-02-20'), engine.now(), ''");
    const Bites bites = shrink();
    CHECK(bites.rewritten == 1);
    CHECK(bites.dropped > 10);
    CHECK(database.value("select count(*) from engine.message_ids") == "1");
    CHECK(database.value("select count(*) from engine.published") == "1");
    CHECK(there("message_ids_2025_01"));
    CHECK(there("published_2025_02"));
    CHECK_FALSE(there("history_2025_01"));
    CHECK_FALSE(there("history_2025_02"));
    CHECK(database.value(
              "select count(*) from pg_class c, unnest(array['select', 'insert', 'delete']) as right_to "
              "where c.relname = 'message_ids_2025_01' and "
              "has_table_privilege('callflex_app', c.oid, right_to)") == "0");
}

TEST_CASE_FIXTURE(Yard, "a partition full of rows is not rewritten") {
    database.execute(
        "select engine.create_partitions('2025-01-15', '2025-01-15');"
        "insert into engine.message_ids select engine.uuid_floor('2025-01-20'), i::text from "
        "generate_series(1, 1000) i;"
        "analyze engine.message_ids_2025_01");
    CHECK(shrink().rewritten == 0);
    CHECK(database.value("select count(*) from engine.message_ids") == "1000");
}

TEST_CASE_FIXTURE(
    Yard, "a month in which an open chain began keeps its empty partitions: its messages have a place") {
    database.execute("select engine.create_partitions('2025-01-15', '2025-01-15')");
    const RunId run = start({"waits", 1, true}, "old");
    // As if the chain had begun then and continued as new ever since.
    database.execute(
        "update engine.live_runs set chain_id = engine.uuid_floor('2025-01-20');"
        "update engine.runs set chain_id = engine.uuid_floor('2025-01-20')");
    CHECK(shrink().dropped == 0);
    CHECK(there("message_ids_2025_01"));
    CHECK(client->signal({.run = run}, another, "a letter", "request-1") == store::SendResult::delivered);
    database.execute("delete from engine.live_runs; delete from engine.message_ids");
    CHECK(shrink().dropped == 0);  // it may be reset
    database.execute("delete from engine.runs");
    CHECK(shrink().dropped > 5);
    CHECK_FALSE(there("message_ids_2025_01"));
}

TEST_CASE_FIXTURE(Yard, "a partition that somebody uses for long is left for another day") {
    database.execute("select engine.create_partitions('2025-01-15', '2025-01-15')");
    pqxx::connection connection{database.owner_url()};
    {
        pqxx::work reader{connection};
        reader.exec("select count(*) from engine.history");
        CHECK(shrink().dropped == 0);
    }
    CHECK(shrink().dropped > 5);
}

TEST_CASE_FIXTURE(Yard,
                  "F43: while partitions are made, rewritten and dropped without pause, every run goes on") {
    constexpr int letters = 300;
    const auto worker = start_worker();
    Bites bites;
    std::jthread maintenance{[&](const std::stop_token& over) {
        // On a fast machine the runs are over before it has done everything once.
        const auto give_up = std::chrono::steady_clock::now() + 1min;
        const auto all_done = [&] { return bites.dropped > 0 && bites.rewritten > 0; };
        while (!over.stop_requested() || (!all_done() && std::chrono::steady_clock::now() < give_up)) {
            database.execute(
                "select engine.create_partitions('2025-01-15', '2025-02-15');"
                "insert into engine.message_ids select engine.uuid_floor('2025-01-20'), i::text from "
                "generate_series(1, 100) i on conflict do nothing;"
                "delete from engine.message_ids where chain_id = engine.uuid_floor('2025-01-20') and "
                "request_id <> '1';"
                "analyze engine.message_ids_2025_01");
            const Bites some = shrink();
            bites.dropped += some.dropped;
            bites.rewritten += some.rewritten;
        }
    }};
    std::vector<RunId> runs;
    for (int i = 0; i < letters; ++i) {
        runs.push_back(start({"letter", 1, i % 3 == 0}, fmt::format("letter-{}", i)));
        if (i % 3 == 0) {
            CHECK(client->signal({.run = runs.back()}, another, " and another",
                                 fmt::format("request-{}", i)) == store::SendResult::delivered);
        }
    }
    for (int i = 0; i < letters; ++i) {
        CHECK(result(runs[static_cast<std::size_t>(i)]) == (i % 3 == 0 ? "letter and another" : "letter"));
    }
    maintenance.request_stop();
    maintenance.join();
    MESSAGE("partitions dropped: " << bites.dropped << ", rewritten: " << bites.rewritten);
    CHECK(bites.dropped > 0);
    CHECK(bites.rewritten > 0);
    must_hold();
}
