// Stores that do not keep what they are given, take their time, or are not there.

#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>

#include "engine/worker/folder_archive.hpp"
#include "tests/payloads/keeper.hpp"
#include "tests/payloads/shelves.hpp"

using namespace durable;
using namespace durable::test;

namespace {

/// Keeps what it is given in memory, or does what a test wants instead. Thread-safe.
class Moody final : public worker::ArchiveStore {
  public:
    [[nodiscard]] std::string place() const override { return "a moody place"; }
    void keep(const std::string& name, std::string bytes, const std::stop_token&) override {
        if (before) before(name);
        const std::lock_guard lock{mutex_};
        ++asked_;
        if (away_ || refused_.contains(name)) throw std::runtime_error("not in the mood");
        kept_[name] = std::move(bytes);
    }
    void refuse(RunId run) {
        const std::lock_guard lock{mutex_};
        refused_.insert(worker::archive_name(run));
    }
    void go_away(bool away = true) {
        const std::lock_guard lock{mutex_};
        away_ = away;
    }
    [[nodiscard]] bool has(RunId run) const {
        const std::lock_guard lock{mutex_};
        return kept_.contains(worker::archive_name(run));
    }
    [[nodiscard]] int asked() const {
        const std::lock_guard lock{mutex_};
        return asked_;
    }

    std::function<void(const std::string&)> before{};

  private:
    mutable std::mutex mutex_;  // guards all below
    std::map<std::string, std::string> kept_;
    std::set<std::string> refused_;
    bool away_ = false;
    int asked_ = 0;
};

/// Runs whose time is over: so many that are to be exported, in the order of their ids, and one that is not.
struct Attic : Keeper {
    explicit Attic(int exported) {
        const auto worker = start_worker();
        for (int i = 0; i < exported; ++i) runs.push_back(start({"box"}, "box-" + std::to_string(i)));
        for (const RunId run : runs) static_cast<void>(result(run));
        std::ranges::sort(runs);
        plain = start({"letter", 1, true}, "plain");
        static_cast<void>(client->terminate({.run = plain}, "over", "test"));
        set({.keep = Duration{0}, .export_first = true});
        set({.status = "terminated", .keep = Duration{0}});
    }
    [[nodiscard]] bool recorded(RunId run) const { return !client->history(run).empty(); }

    std::shared_ptr<Moody> store = std::make_shared<Moody>();
    std::vector<RunId> runs;
    RunId plain;
};

}  // namespace

TEST_CASE("a store that is away keeps its runs where they are, and holds up no others; then they go") {
    Attic attic{10};
    attic.store->go_away();
    const auto first = attic.pass(attic.store);
    CHECK(first.exported == 0);
    CHECK(first.failed_exports == 3);  // nor is each run tried
    CHECK(first.export_trouble == "not in the mood");
    CHECK(attic.store->asked() == 3);
    CHECK(first.removed == 1);
    CHECK_FALSE(attic.recorded(attic.plain));
    for (const RunId run : attic.runs) CHECK(attic.recorded(run));

    attic.store->go_away(false);
    const auto second = attic.pass(attic.store);
    CHECK(second.exported == 10);
    CHECK(second.removed == 10);
    CHECK(second.export_trouble.empty());
    for (const RunId run : attic.runs) CHECK((attic.store->has(run) && !attic.recorded(run)));
    attic.must_hold();
}

TEST_CASE("a run that the store refuses stays, and those behind it go") {
    Attic attic{5};
    attic.store->refuse(attic.runs.at(1));
    attic.store->refuse(attic.runs.at(3));
    const auto pass = attic.pass(attic.store);
    CHECK(pass.failed_exports == 2);
    CHECK(pass.exported == 3);
    CHECK(pass.removed == 4);
    CHECK(attic.recorded(attic.runs.at(1)));
    CHECK(attic.recorded(attic.runs.at(3)));
}

TEST_CASE("runs that the store always refuses hold up no others, though they come first and are many") {
    Attic attic{9};
    for (std::size_t i = 0; i < 4; ++i) attic.store->refuse(attic.runs.at(i));
    worker::RetentionOptions options;
    options.archive = attic.store;
    options.every = 10ms;
    const worker::RetentionLoop loop{
        attic.database.url(),
        options,
        {[](const worker::RetentionLoop::Pass&) {}, [](const std::string& text) { FAIL(text); }}};
    REQUIRE(eventually([&] { return attic.Keeper::runs() == 4; }));
    // And they are tried again: perhaps they are let in now.
    const int asked = attic.store->asked();
    CHECK(eventually([&] { return attic.store->asked() > asked + 4; }));
}

TEST_CASE("no transaction is open while a store takes its time, and no other worker exports the same runs") {
    Attic attic{2};
    int idle_in_transaction = 0;
    std::int64_t exported_by_another = 0;
    bool first = true;
    attic.store->before = [&](const std::string&) {
        if (!std::exchange(first, false)) return;
        idle_in_transaction = std::stoi(
            attic.database.value("select count(*) from pg_stat_activity where datname = current_database() "
                                 "and state like 'idle in transaction%'"));
        exported_by_another = attic.pass(std::make_shared<Moody>()).exported;
    };
    CHECK(attic.pass(attic.store).exported == 2);
    CHECK_FALSE(first);
    CHECK(idle_in_transaction == 0);
    CHECK(exported_by_another == 0);
}

TEST_CASE("a policy that changes during the exports decides about the removal") {
    Attic attic{2};
    attic.store->before = [&](const std::string&) { attic.set({.keep = 24h * 90}); };
    const auto pass = attic.pass(attic.store);
    CHECK(pass.exported == 2);
    CHECK(pass.removed == 1);
    for (const RunId run : attic.runs) CHECK(attic.recorded(run));
}

TEST_CASE("a run that is deleted while others are exported is no trouble") {
    Attic attic{2};
    attic.store->before = [&](const std::string&) {
        const std::string id = "'" + attic.runs.at(1).value.to_string() + "'";
        for (const char* table : {"history", "closed_runs", "runs", "payload_uses"})
            attic.database.execute(std::string{"delete from engine."} + table + " where run_id = " + id);
    };
    const auto pass = attic.pass(attic.store);
    CHECK(pass.exported == 1);
    CHECK(pass.failed_exports == 0);
    CHECK(pass.removed == 2);
}

TEST_CASE("a folder that cannot be written to says why, and its runs stay") {
    Attic attic{1};
    const FolderShelf shelf;
    const auto file = shelf.folder.path / "file";
    std::ofstream{file} << "not a folder";
    const auto pass = attic.pass(std::make_shared<worker::FolderArchive>(file));
    CHECK(pass.failed_exports == 1);
    CHECK(pass.export_trouble.find("Not a directory") != std::string::npos);
    CHECK(attic.recorded(attic.runs.at(0)));
}

TEST_CASE("a folder named with a slash at its end, or without any, is one") {
    const FolderShelf shelf;
    worker::FolderArchive{shelf.folder.path.string() + "/"}.keep("2026/11/a", "bytes", {});
    CHECK(shelf.bytes_of("2026/11/a") == "bytes");
    worker::FolderArchive{shelf.folder.path / "new" / "one"}.keep("2026/11/b", "", {});
    CHECK(shelf.names() == std::vector<std::string>{"2026/11/a", "new/one/2026/11/b"});
}

TEST_CASE("a worker says once a pass that its store keeps nothing, not once a run") {
    std::ostringstream text;
    const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
    Attic attic{6};
    attic.store->go_away();
    {
        worker::WorkerOptions options;
        options.connection_string = attic.database.url();
        options.build = "test-1";
        options.logger = std::make_shared<spdlog::logger>("test", sink);
        options.retention.archive = attic.store;
        worker::Worker worker{options, attic.workflows, attic.activities};
        worker.start();
        CHECK(eventually([&] { return !attic.recorded(attic.plain); }));
        // Work goes on.
        CHECK(attic.result(attic.start({"new"}, "new")) == "new");
    }
    const std::string log = text.str();
    const auto said = log.find("exports failed, the runs stay");
    REQUIRE(said != std::string::npos);
    CHECK(log.find("exports failed", said + 1) == std::string::npos);
    CHECK(log.find("a moody place", said) != std::string::npos);
    CHECK(log.find("not in the mood", said) != std::string::npos);
}
