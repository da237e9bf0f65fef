// Closed runs go when their time is over, whole, and never an open one's.

#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/client/upkeep.hpp"
#include "engine/replay/execution.hpp"
#include "engine/store/archive.hpp"
#include "engine/store/payload_gate.hpp"
#include "engine/store/retention.hpp"
#include "engine/worker/retention_loop.hpp"
#include "tests/payloads/post.hpp"

using namespace durable;
using namespace durable::test;

namespace {

struct Keeper : Post {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("callflex-export-" + database.name());
    ~Keeper() { std::filesystem::remove_all(folder); }

    void set(const store::RetentionPolicy& policy) {
        client::ClientOptions options;
        options.connection_string = database.url();
        client::UpkeepClient{options}.set_retention(policy, {"test", "test"});
    }
    /// One pass of a worker's thread.
    worker::RetentionLoop::Pass pass(bool with_folder = true) const {
        std::optional<worker::RetentionLoop::Pass> seen;
        std::mutex mutex;
        worker::RetentionLoop::Observer observer;
        observer.passed = [&](const worker::RetentionLoop::Pass& done) {
            const std::lock_guard lock{mutex};
            seen = done;
        };
        observer.trouble = [](const std::string& text) { FAIL(text); };
        worker::RetentionOptions options;
        if (with_folder) options.export_folder = folder;
        const worker::RetentionLoop loop{database.url(), options, observer};
        REQUIRE(eventually([&] {
            const std::lock_guard lock{mutex};
            return seen.has_value();
        }));
        const std::lock_guard lock{mutex};
        return *seen;
    }
    [[nodiscard]] int runs() const { return std::stoi(database.value("select count(*) from engine.runs")); }
};

}  // namespace

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
    CHECK(pass(false).removed == 0);
    const auto done = pass();
    CHECK(done.removed == 1);
    CHECK(done.exported == 1);
    CHECK(client->history(run).empty());

    std::ifstream file{worker::archive_path(folder, run), std::ios::binary};
    REQUIRE(file);
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
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

TEST_CASE_FIXTURE(Keeper,
                  "partitions of past months are dropped when empty, and rewritten when few survive") {
    database.execute(
        "select engine.create_partitions('2025-01-15', '2025-02-15');"
        "insert into engine.message_ids select engine.uuid_floor('2025-01-20'), i::text from "
        "generate_series(1, 100) i;"
        "insert into engine.published select engine.uuid_floor('2025-02-20'), 'key', '1',"
        " engine.uuid_floor('2025-02-20'), engine.now(), '';"
        "analyze engine.message_ids_2025_01;"
        "delete from engine.message_ids where request_id <> '1'");
    const auto before = std::stoi(database.value("select count(*) from pg_inherits"));
    database.execute(
        "create table public.shrunk as select * from engine.shrink_partitions('2025-06-01', 0, 0.5)");
    CHECK(database.value("select rewritten from public.shrunk") == "1");
    CHECK(database.value("select dropped > 5 from public.shrunk") == "t");
    CHECK(std::stoi(database.value("select count(*) from pg_inherits")) < before);
    CHECK(database.value("select count(*) from engine.message_ids") == "1");
    CHECK(database.value("select count(*) from engine.published") == "1");
    CHECK(database.value("select to_regclass('engine.history_2025_01') is null") == "t");
}
