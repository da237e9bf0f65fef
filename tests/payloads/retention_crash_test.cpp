// Workers killed while they export and remove closed runs.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>

#include "engine/store/archive.hpp"
#include "tests/payloads/keeper.hpp"

using namespace durable;
using namespace durable::test;

namespace {

/// A process with nothing but a worker's retention thread. Made before this process has threads; begins when
/// it is told where. Killed with -9.
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

    void begin(const std::string& url, const std::filesystem::path& folder) const {
        const std::string text = url + "\n" + folder.string() + "\n";
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
        options.export_folder = line();
        worker::RetentionLoop::Observer observer;
        observer.passed = [](const worker::RetentionLoop::Pass&) {};
        observer.trouble = [](const std::string&) {};
        const worker::RetentionLoop loop{url, options, observer};
        while (true) ::pause();
    }

    std::array<int, 2> told_{};
    pid_t pid_ = -1;
};

std::string bytes_of_file(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Runs that are to be exported and removed, and processes to do it. The processes come first: they are
/// forked before anything has threads.
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
    [[nodiscard]] std::filesystem::path file_of(RunId run) const {
        return worker::archive_path(keeper.folder, run);
    }
    [[nodiscard]] bool recorded(RunId run) const { return !keeper.client->history(run).empty(); }
    [[nodiscard]] bool exported(RunId run) const {
        const std::string bytes = bytes_of_file(file_of(run));
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
    /// Each run has gone into one file, under its own name, and there is nothing else.
    void must_be_exported_once() const {
        CHECK(keeper.runs() == 0);
        CHECK(keeper.files().size() == number);
        for (const RunId run : runs) {
            CHECK(exported(run));
            CHECK_FALSE(recorded(run));
        }
        keeper.must_hold();
    }

    std::array<RetentionProcess, 3> processes;
    Keeper keeper;
    std::vector<RunId> runs;
};

}  // namespace

TEST_CASE(
    "a worker killed between an export and the removal loses no run, and the next one exports under the same "
    "names") {
    Doomed world;
    pqxx::connection connection{world.keeper.database.owner_url()};
    pqxx::work holder{connection};
    holder.exec("select from engine.runs for update");  // exports go on, removals wait
    world.processes[0].begin(world.keeper.database.url(), world.keeper.folder);
    REQUIRE(eventually(
        [&] { return std::ranges::all_of(world.runs, [&](RunId run) { return world.exported(run); }); }));
    REQUIRE(eventually([&] {
        return world.keeper.database.value("select count(*) from pg_locks where not granted") != "0";
    }));
    world.processes[0].kill();
    const auto names = world.keeper.files();
    const std::string first = bytes_of_file(names.at(0));
    holder.abort();
    world.wait_until_nobody_removes();
    for (const RunId run : world.runs) CHECK(world.recorded(run));

    const auto pass = world.keeper.pass();
    CHECK(pass.exported == Doomed::number);
    CHECK(pass.removed == Doomed::number);
    CHECK(world.keeper.files() == names);
    CHECK(bytes_of_file(names.at(0)) == first);
    world.must_be_exported_once();
}

TEST_CASE(
    "workers killed one after the other anywhere in a pass leave every run in the database or in its file") {
    Doomed world;
    for (std::size_t i = 0; i < world.processes.size(); ++i) {
        world.processes.at(i).begin(world.keeper.database.url(), world.keeper.folder);
        REQUIRE(eventually([&] { return world.keeper.files().size() >= 1 + 4 * i; }));
        world.processes.at(i).kill();
        for (const RunId run : world.runs) CHECK((world.recorded(run) || world.exported(run)));
        world.wait_until_nobody_removes();
    }
    static_cast<void>(world.keeper.pass());
    world.must_be_exported_once();
}

TEST_CASE("a file that a killed worker has half written is replaced, and nothing of it stays") {
    Doomed world;
    const auto unfinished = world.file_of(world.runs.at(3)).string() + ".part";
    std::filesystem::create_directories(std::filesystem::path{unfinished}.parent_path());
    std::ofstream{unfinished} << "half of a";
    static_cast<void>(world.keeper.pass());
    world.must_be_exported_once();
}
