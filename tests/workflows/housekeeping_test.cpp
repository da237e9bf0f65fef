// Housekeeping's activities in the database, and the run that follows a run.

#include "activities/housekeeping.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "activities/transactional.hpp"
#include "tests/replay/script.hpp"
#include "tests/workflows/product_database.hpp"
#include "workflows/housekeeping.hpp"

using namespace callflex;
using durable::test::Script;
using test::ProductDatabase;

namespace {

/// As a worker does for the whole system, at a moment of our choosing.
template <class Output, class Input>
Output run_for_everybody(ProductDatabase& db,
                         Output (*activity)(durable::TransactionalContext&, pqxx::work&, Input),
                         const std::type_identity_t<Input>& input, durable::Timestamp now) {
    class Context : public durable::TransactionalContext {
      public:
        explicit Context(durable::Timestamp now) : now_{now} {}
        [[nodiscard]] const durable::ActivityInfo& info() const override { return info_; }
        [[nodiscard]] durable::Timestamp now() const override { return now_; }

      private:
        durable::ActivityInfo info_{};
        durable::Timestamp now_;
    };
    Context context{now};
    pqxx::work tx{db.application};
    act_for_everybody(tx);
    Output output = activity(context, tx, input);
    tx.commit();
    return output;
}

durable::Timestamp day(int year, unsigned month, unsigned day_of_month) {
    return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                                 static_cast<int>(day_of_month)};
}

std::string months(const ProductDatabase& db) {
    return db.value(
        "select min(relname) || ' ' || max(relname) from pg_class c join pg_inherits i on i.inhrelid "
        "= c.oid where i.inhparent = 'app.calls'::regclass");
}

}  // namespace

TEST_CASE("months ahead are made once, for calls and for the engine") {
    ProductDatabase db;
    const auto now = day(2028, 3, 15);
    CHECK(run_for_everybody(db, transactional::make_partitions, {12, 0}, now).made > 13);
    CHECK(run_for_everybody(db, transactional::make_partitions, {12, 0}, now).made == 0);
    CHECK(db.value("select to_regclass('app.calls_2029_03') is not null and "
                   "to_regclass('engine.history_2029_03') is not null") == "t");
}

TEST_CASE(
    "months are made beside transactions that write to their tables, and those go on while it is done") {
    ProductDatabase db;
    const std::string as_a_writer = fmt::format(
        "set local lock_timeout = '5s'; lock table {} in row exclusive mode",
        db.value("select string_agg(oid::regclass::text, ', ') from pg_class where relkind = 'p'"));
    pqxx::connection before{db.database.owner_url()};
    pqxx::work wrote_before{before};
    wrote_before.exec(as_a_writer);

    pqxx::connection maintenance{db.database.owner_url()};
    pqxx::work makes{maintenance};
    makes.exec("set local lock_timeout = '5s'");
    CHECK_NOTHROW(
        makes.exec("select app.create_partitions(0, 0, '2031-01-15'), "
                   "engine.create_partitions('2031-01-15', '2031-01-15')"));

    pqxx::connection after{db.database.owner_url()};
    pqxx::work writes_after{after};
    CHECK_NOTHROW(writes_after.exec(as_a_writer));
    makes.commit();
    CHECK(db.value("select to_regclass('app.calls_2031_01') is not null and "
                   "to_regclass('engine.history_2031_01') is not null") == "t");
}

TEST_CASE("old months go one at a time, oldest first, with transcripts, recordings and references") {
    ProductDatabase db;
    const EndedCall call = test::ended_call();
    db.add_call(call);
    db.run(transactional::store_transcript, {key_of(call), call.transcript, call.segments});
    db.database.execute(fmt::format(
        "insert into app.call_refs (vendor, vendor_call_id, organization_id, call_id, started_at) "
        "select 'vapi', vendor_call_id, organization_id, id, started_at from app.calls"));
    const auto now = day(2027, 2, 1);
    CHECK(months(db).starts_with("calls_2026_09"));
    int dropped = 0;
    while (run_for_everybody(db, transactional::drop_old_partition, {12, 2}, now).dropped == 1) ++dropped;
    CHECK(dropped == 3);  // September, October, November
    CHECK(months(db).starts_with("calls_2026_12"));
    CHECK(db.value("select (select count(*) from app.calls) + (select count(*) from app.call_refs) + (select "
                   "count(*) from app.call_transcripts)") == "0");
}

TEST_CASE("calls are kept for ever unless a retention is given") {
    ProductDatabase db;
    CHECK(run_for_everybody(db, transactional::drop_old_partition, {12, 0}, day(2040, 1, 1)).dropped == 0);
    CHECK(months(db).starts_with("calls_2026_09"));
}

TEST_CASE(
    "months of the engine that are over and hold nothing go, a month at a time, but never the last week's") {
    ProductDatabase db;
    db.database.execute("select engine.create_partitions('2027-01-01', '2027-02-01')");
    const std::string parents = db.value(
        "select count(*) from pg_class where relkind = 'p' and relnamespace = 'engine'::regnamespace");
    const auto shrink = [&] {
        return run_for_everybody(db, transactional::shrink_partitions, {12, 0}, day(2027, 3, 4));
    };
    std::vector<int> dropped;
    for (auto bite = shrink(); bite.dropped > 0; bite = shrink()) dropped.push_back(bite.dropped);
    REQUIRE_FALSE(dropped.empty());
    CHECK(dropped.back() == std::stoi(parents));
    CHECK(db.value("select to_regclass('engine.history_2027_01') is null") == "t");
    CHECK(db.value("select to_regclass('engine.history_2027_02') is not null") == "t");
}

TEST_CASE("maintenance shrinks in bites until one finds nothing, and reports months of calls as before") {
    Script script{maintain_partitions, PartitionPolicy{}};
    script.feed();
    const auto complete = [&](const auto& report) {
        const auto pending = script.execution().pending_activities();
        REQUIRE(pending.size() == 1);
        script.complete(pending[0].scheduled.value, report);
    };
    complete(PartitionReport{13, 0});
    complete(PartitionReport{0, 1});
    complete(PartitionReport{0, 0});
    complete(ShrinkReport{10, 0});
    complete(ShrinkReport{0, 1});
    CHECK(script.status() == durable::replay::RunStatus::running);
    complete(ShrinkReport{0, 0});
    CHECK(script.result<PartitionReport>().made == 13);
    CHECK(script.result<PartitionReport>().dropped == 1);
}

TEST_CASE("the application's role alone can neither make engine partitions nor drop calls") {
    ProductDatabase db;
    pqxx::work tx{db.application};
    act_for(tx, test::organization_id);
    CHECK_THROWS_AS(tx.exec("select app.drop_calls_of('2026-11-01')"), pqxx::insufficient_privilege);
}

TEST_CASE("a long retention goes on as a new run that knows what was forgotten before") {
    Script script{forget_what_is_old, RetentionPolicy{.forgotten = 7}};
    script.feed();
    for (int bite = 0; bite < 100; ++bite) {
        const auto pending = script.execution().pending_activities();
        REQUIRE(pending.size() == 1);
        script.complete(pending[0].scheduled.value, RetentionReport{15000});
    }
    CHECK(script.status() == durable::replay::RunStatus::continued_as_new);
    const auto& next = script.command<durable::history::WorkflowContinuedAsNew>(0);
    CHECK(durable::decode<RetentionPolicy>(next.input).forgotten == 7 + 100 * 15000);
}

TEST_CASE("retention ends when a bite finds nothing") {
    Script script{forget_what_is_old, RetentionPolicy{}};
    script.feed();
    script.complete(script.execution().pending_activities()[0].scheduled.value, RetentionReport{12});
    script.complete(script.execution().pending_activities()[0].scheduled.value, RetentionReport{0});
    CHECK(script.result<RetentionReport>().forgotten == 12);
}
