// Closed runs go when their time is over, whole, and never an open one's.

#include "engine/store/retention.hpp"
#include "engine/replay/execution.hpp"
#include "engine/store/archive.hpp"
#include "engine/store/payload_gate.hpp"
#include "tests/payloads/keeper.hpp"
#include "tests/payloads/shelves.hpp"

using namespace durable;
using namespace durable::test;

TEST_CASE_FIXTURE(Keeper, "without a policy a closed run is kept for ever") {
    {
        const auto worker = start_worker();
        CHECK(result(start({"kept"}, "kept")) == "kept");
    }
    CHECK(pass().removed == 0);
    CHECK(runs() == 1);
}

TEST_CASE_FIXTURE(Keeper, "the most special policy decides, and an open chain is not touched") {
    std::unique_ptr<worker::Worker> worker = start_worker();
    const RunId done = start({"done"}, "done");
    CHECK(result(done) == "done");
    const RunId open = start({"open", 1, true, true}, "open");
    REQUIRE(eventually([&] { return runs() == 3; }));
    worker.reset();
    set({.type = "deliver", .status = "completed", .keep = 24h});
    set({.keep = Duration{0}});
    CHECK(pass().removed == 0);
    set({.type = "deliver", .status = "completed", .keep = Duration{0}});
    const std::string own =
        "update engine.runs set chain_id = run_id where run_id = '" + done.value.to_string() + "'";
    database.execute("update engine.runs set chain_id = '" + open.value.to_string() + "' where run_id = '" +
                     done.value.to_string() + "'");
    CHECK(pass().removed == 0);
    database.execute(own);
    CHECK(pass().removed == 1);
    CHECK(runs() == 2);
    CHECK(client->history(done).empty());
    CHECK(client->history(open).size() > 1);
    // Its name is known still: the same start, repeated, is not another run.
    client::StartOptions again;
    again.workflow = WorkflowId{"done"};
    again.reuse = store::ReusePolicy::reject;
    CHECK(client->start(deliver, Letter{"again"}, again).outcome ==
          store::StartResult::Outcome::already_closed);
    must_hold();
}

TEST_CASE_FIXTURE(Keeper, "an exported run can be replayed from its file, with its large payloads") {
    RunId run;
    const std::string text(100'000, 'x');
    {
        settings.compress_from = std::size_t{1} << 30U;
        client = new_client();
        const auto worker = start_worker();
        run = start({text}, "exported");
        CHECK(result(run) == text);
    }
    set({.keep = Duration{0}, .export_first = true});
    CHECK(pass().removed == 0);
    const FolderShelf shelf;
    const auto done = pass(shelf.store());
    CHECK(done.removed == 1);
    CHECK(done.exported == 1);
    CHECK(client->history(run).empty());

    const std::string bytes = shelf.bytes_of(worker::archive_name(run));
    REQUIRE(store::is_archive(bytes));
    store::Archive archive = store::read_archive(bytes);
    CHECK(archive.run == run);
    CHECK(archive.stored.size() == 2);
    store::PayloadGate gate{"", settings};
    gate.open(archive);
    replay::Execution execution{workflows, archive.run, "test"};
    for (const store::HistoryRow& row : archive.rows) {
        CHECK(row.unreadable.empty());
        CHECK_FALSE(execution.replay(history::decode_activation(row.first_event, row.bytes)));
    }
    CHECK(execution.status() == replay::RunStatus::completed);
    must_hold();
}

TEST_CASE_FIXTURE(Keeper,
                  "a name is forgotten long after its run, however many there are, a stretch at a time") {
    {
        const auto worker = start_worker();
        CHECK(result(start({"kept"}, "kept")) == "kept");
    }
    const auto plant = [this](int count, const std::string& name, const std::string& age) {
        database.execute(fmt::format(
            "insert into engine.workflow_ids (name_space, workflow_id, run_id, request_id, tenant) "
            "select '', '{}-' || n, overlay(gen_random_uuid()::text placing "
            "  left(engine.uuid_floor(engine.now() - interval '{}')::text, 13) from 1)::uuid, 'r', 't' "
            "  from generate_series(1, {}) n",
            name, age, count));
    };
    const auto names = [this] {
        return std::stoi(database.value("select count(*) from engine.workflow_ids"));
    };
    plant(10, "young", "399 days");
    plant(100'000, "old", "401 days");
    const auto forget = [this](double place) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        const auto gone = store::forget_workflow_ids(tx, std::chrono::days{400}, place);
        tx.commit();
        return gone;
    };
    const auto at_the_end = forget(1);
    CHECK(at_the_end > 1'000);
    CHECK(at_the_end < 90'000);
    CHECK(forget(1) == 0);
    const auto at_the_begin = forget(0);
    CHECK(at_the_begin > 1'000);
    // A worker's passes come by everything, wherever their dice fall.
    for (int i = 0; i < 1'000 && names() > 11; ++i) static_cast<void>(pass());
    CHECK(database.value("select string_agg(distinct split_part(workflow_id, '-', 1), ' ') from "
                         "engine.workflow_ids") == "kept young");
    CHECK(names() == 11);
}

TEST_CASE_FIXTURE(Keeper, "what only removed runs used is swept in time") {
    {
        settings.compress_from = std::size_t{1} << 30U;
        client = new_client();
        const auto worker = start_worker();
        static_cast<void>(result(start({std::string(50'000, 'x')}, "large")));
    }
    set({.keep = Duration{0}});
    database.execute("update engine.payloads set touched_at = engine.now() - interval '2 days'");
    const auto done = pass();
    CHECK(done.removed == 1);
    CHECK(done.payloads_swept == 2);
    CHECK(database.value("select count(*) from engine.payload_uses") == "0");
}
