// Workers killed while they export and remove closed runs, to a folder and to an S3 store.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "engine/store/archive.hpp"
#include "tests/payloads/keeper.hpp"
#include "tests/payloads/shelves.hpp"

using namespace durable;
using namespace durable::test;

namespace {

/// A process with nothing but a worker's retention thread. Made before this process has threads; begins when
/// it is told where. Killed with -9.
template <class Shelf>
class RetentionProcess {
  public:
    RetentionProcess() {
        REQUIRE(::pipe(told_.data()) == 0);
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) work_for_ever();
        ::close(told_[0]);
    }
    ~RetentionProcess() {
        if (pid_ > 0) kill();
        ::close(told_[1]);
    }
    RetentionProcess(const RetentionProcess&) = delete;
    RetentionProcess& operator=(const RetentionProcess&) = delete;

    void begin(const std::string& url, const std::string& place) const {
        const std::string text = url + "\n" + place + "\n";
        REQUIRE(::write(told_[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    void kill() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

  private:
    [[nodiscard]] std::string line() const {
        std::string text;
        for (char c = 0; ::read(told_[0], &c, 1) == 1 && c != '\n';) text += c;
        return text;
    }
    [[noreturn]] void work_for_ever() const {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const std::string url = line();
        worker::RetentionOptions options;
        options.archive = Shelf::store_at(line());
        worker::RetentionLoop::Observer observer;
        observer.passed = [](const worker::RetentionLoop::Pass&) {};
        observer.trouble = [](const std::string&) {};
        const worker::RetentionLoop loop{url, options, observer};
        while (true) ::pause();
    }

    std::array<int, 2> told_{};
    pid_t pid_ = -1;
};

/// Runs that are to be exported and removed, and processes to do it. The processes come first: they are
/// forked before anything has threads.
template <class Shelf>
struct Doomed {
    static constexpr int number = 12;

    Doomed() {
        const auto worker = keeper.start_worker();
        for (int i = 0; i < number; ++i) {
            runs.push_back(keeper.start({"letter " + std::to_string(i)}, "run-" + std::to_string(i)));
        }
        for (const RunId run : runs) static_cast<void>(keeper.result(run));
        keeper.set({.keep = Duration{0}, .export_first = true});
    }
    [[nodiscard]] bool recorded(RunId run) const { return !keeper.client->history(run).empty(); }
    [[nodiscard]] bool exported(RunId run) const {
        const std::string bytes = shelf.bytes_of(worker::archive_name(run));
        return store::is_archive(bytes) && store::read_archive(bytes).run == run;
    }
    /// What the killed one had begun is rolled back by its server as soon as that notices.
    void wait_until_nobody_removes() const {
        REQUIRE(eventually([this] {
            return keeper.database.value(
                       "select count(*) from pg_locks where locktype = 'advisory' and database = "
                       "(select oid from pg_database where datname = current_database())") == "0";
        }));
    }
    void begin(std::size_t process) const {
        processes.at(process).begin(keeper.database.url(), shelf.line());
    }
    /// Each run has gone into one file, under its own name, and there is nothing else.
    void must_be_exported_once() const {
        CHECK(keeper.runs() == 0);
        CHECK(shelf.names().size() == number);
        for (const RunId run : runs) {
            CHECK(exported(run));
            CHECK_FALSE(recorded(run));
        }
        keeper.must_hold();
    }

    std::array<RetentionProcess<Shelf>, 3> processes;
    Shelf shelf;
    Keeper keeper;
    std::vector<RunId> runs;
};

}  // namespace

TEST_CASE_TEMPLATE(
    "a worker killed between an export and the removal loses no run, and the next one exports under the same "
    "names",
    Shelf, FolderShelf, S3Shelf) {
    Doomed<Shelf> world;
    pqxx::connection connection{world.keeper.database.owner_url()};
    pqxx::work holder{connection};
    holder.exec("select from engine.runs for update");  // exports go on, removals wait
    world.begin(0);
    REQUIRE(eventually(
        [&] { return std::ranges::all_of(world.runs, [&](RunId run) { return world.exported(run); }); }));
    REQUIRE(eventually([&] {
        return world.keeper.database.value("select count(*) from pg_locks where not granted") != "0";
    }));
    world.processes[0].kill();
    const auto names = world.shelf.names();
    const std::string first = world.shelf.bytes_of(names.at(0));
    holder.abort();
    world.wait_until_nobody_removes();
    for (const RunId run : world.runs) CHECK(world.recorded(run));

    const auto pass = world.keeper.pass(world.shelf.store());
    CHECK(pass.exported == Doomed<Shelf>::number);
    CHECK(pass.removed == Doomed<Shelf>::number);
    CHECK(world.shelf.names() == names);
    CHECK(world.shelf.bytes_of(names.at(0)) == first);
    world.must_be_exported_once();
}

TEST_CASE_TEMPLATE(
    "workers killed one after the other anywhere in a pass leave every run in the database or in its export",
    Shelf, FolderShelf, S3Shelf) {
    Doomed<Shelf> world;
    for (std::size_t i = 0; i < world.processes.size(); ++i) {
        world.begin(i);
        REQUIRE(eventually([&] { return world.shelf.names().size() >= 1 + 4 * i; }));
        world.processes.at(i).kill();
        for (const RunId run : world.runs) CHECK((world.recorded(run) || world.exported(run)));
        world.wait_until_nobody_removes();
    }
    static_cast<void>(world.keeper.pass(world.shelf.store()));
    world.must_be_exported_once();
}

TEST_CASE("a file that a killed worker has half written is replaced, and nothing of it stays") {
    Doomed<FolderShelf> world;
    const auto unfinished = world.shelf.folder.path / (worker::archive_name(world.runs.at(3)) + ".part");
    std::filesystem::create_directories(unfinished.parent_path());
    std::ofstream{unfinished} << "half of a";
    static_cast<void>(world.keeper.pass(world.shelf.store()));
    world.must_be_exported_once();
}
