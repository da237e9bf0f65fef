// Closed runs that go to an S3 store before they are removed: against the sandbox, which checks signatures,
// and a server that is no S3.

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>

#include "activities/storage/s3_archive.hpp"
#include "engine/client/upkeep.hpp"
#include "engine/store/archive.hpp"
#include "tests/activities/hostile_server.hpp"
#include "tests/payloads/keeper.hpp"
#include "tests/payloads/shelves.hpp"

using namespace durable;
using namespace durable::test;

namespace {

/// Closed runs that are to be exported.
struct Depot : Keeper {
    explicit Depot(const std::vector<std::string>& texts = {"one", "two", "three", "four"}) {
        const auto worker = start_worker();
        for (std::size_t i = 0; i < texts.size(); ++i)
            runs_.push_back(start({texts.at(i)}, "run-" + std::to_string(i)));
        for (const RunId run : runs_) static_cast<void>(result(run));
        set({.keep = Duration{0}, .export_first = true});
    }
    [[nodiscard]] std::string archive(RunId run) const {
        client::ClientOptions options;
        options.connection_string = database.url();
        return client::UpkeepClient{options}.archive(run).value();
    }
    [[nodiscard]] static Store store_of(callflex::VendorConfig config) {
        return std::make_shared<callflex::S3Archive>(std::make_shared<callflex::Vendors>(std::move(config)));
    }
    /// A pass in which nothing was exported or removed; what it says of that.
    [[nodiscard]] std::string vain_pass(const Store& store) const {
        const int before = runs();
        const auto done = pass(store);
        CHECK(done.exported == 0);
        CHECK(done.removed == 0);
        CHECK(done.failed_exports == 3);
        CHECK(runs() == before);
        return done.export_trouble;
    }

    std::vector<RunId> runs_;
};

/// `callflex worker` with this environment alone.
class WorkerProgram {
  public:
    explicit WorkerProgram(std::vector<std::string> environment) {
        std::string name = CALLFLEX_BINARY;
        std::string verb = "worker";
        char* const arguments[] = {name.data(), verb.data(), nullptr};
        if (const char* options = std::getenv("ASAN_OPTIONS"))
            environment.push_back(std::string{"ASAN_OPTIONS="} + options);
        std::vector<char*> variables;
        for (std::string& variable : environment) variables.push_back(variable.data());
        variables.push_back(nullptr);
        REQUIRE(::posix_spawn(&pid_, name.c_str(), nullptr, nullptr, arguments, variables.data()) == 0);
    }
    ~WorkerProgram() {
        if (pid_ > 0) static_cast<void>(stop());
    }
    WorkerProgram(const WorkerProgram&) = delete;
    WorkerProgram& operator=(const WorkerProgram&) = delete;

    /// Its exit code; -1 when it did not exit by itself.
    int stop() {
        ::kill(pid_, SIGTERM);
        int status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    pid_t pid_ = -1;
};

}  // namespace

TEST_CASE("a run's export arrives in an S3 store byte by byte, under its month and id, and reads back") {
    Depot depot{{"short", std::string(300'000, 'x')}};
    std::vector<std::string> archives;
    for (const RunId run : depot.runs_) archives.push_back(depot.archive(run));
    S3Shelf shelf;
    CHECK(shelf.store()->place() == "s3://archive/call flex/2");
    const auto pass = depot.pass(shelf.store());
    CHECK(pass.exported == 2);
    CHECK(pass.removed == 2);
    CHECK(depot.runs() == 0);
    CHECK(shelf.names().size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        const std::string bytes = shelf.bytes_of(worker::archive_name(depot.runs_.at(i)));
        CHECK(bytes == archives.at(i));
        REQUIRE(store::is_archive(bytes));
        CHECK(store::read_archive(bytes).run == depot.runs_.at(i));
    }
    depot.must_hold();
}

TEST_CASE(
    "an S3 store that fails, or is not there, loses nothing; the runs go when it is back, under the same "
    "names") {
    const Depot depot;
    const S3Shelf shelf;
    const auto store = shelf.store();
    shelf.fault(R"({"vendor":"s3","mode":"error","status":500})");
    CHECK(depot.vain_pass(store) == "S3.InternalError: the upload was answered 500");
    shelf.heal();
    shelf.fault(R"({"vendor":"s3","mode":"rate_limit"})");
    CHECK(depot.vain_pass(store).starts_with("S3."));
    shelf.heal();
    CHECK(shelf.names().empty());
    std::string gone;
    {
        const S3Shelf closed;
        gone = closed.line();
    }
    CHECK(depot.vain_pass(S3Shelf::store_at(gone)).starts_with("S3.unreachable"));
    // Done, but not confirmed: what came of it is not known here.
    for (const char* fault : {R"({"vendor":"s3","mode":"lost_answer","method":"PUT"})",
                              R"({"vendor":"s3","mode":"failed_after","status":503,"method":"PUT"})"}) {
        shelf.fault(fault);
        CHECK(depot.vain_pass(store).starts_with("S3."));
        shelf.heal();
    }
    CHECK(shelf.puts() == 6);
    CHECK(shelf.names().size() == 3);
    const auto pass = depot.pass(store);
    CHECK(pass.exported == 4);
    CHECK(pass.removed == 4);
    CHECK(shelf.names().size() == 4);
    for (const RunId run : depot.runs_)
        CHECK(store::read_archive(shelf.bytes_of(worker::archive_name(run))).run == run);
    depot.must_hold();
}

TEST_CASE("an S3 store that refuses the keys or the bucket is told of by its own code, without the keys") {
    const Depot depot;
    const S3Shelf shelf;
    auto config = S3Shelf::configuration(shelf.line());
    config.exports.bucket = "missing";
    CHECK(depot.vain_pass(Depot::store_of(config)) == "S3.NoSuchBucket: the upload was answered 404");
    config.s3.secret_access_key = callflex::Secret{"another"};
    const std::string refused = depot.vain_pass(Depot::store_of(config));
    CHECK(refused == "S3.SignatureDoesNotMatch: the upload was answered 403");
}

TEST_CASE("a server that says yes to everything is no S3 store: nothing is removed") {
    const Depot depot;
    ::test::HostileServer server{[](::test::Socket& socket) {
        while (!::test::read_request(socket).empty()) ::test::say(socket, ::test::answer("Welcome"));
    }};
    auto config = S3Shelf::configuration(server.url());
    CHECK(depot.vain_pass(Depot::store_of(config)).starts_with("S3.no_etag"));
}

TEST_CASE("a worker that stops waits for no store") {
    const Depot depot;
    const S3Shelf shelf;
    shelf.fault(R"({"vendor":"s3","mode":"timeout"})");
    worker::RetentionOptions options;
    options.archive = shelf.store();
    auto loop = std::make_unique<worker::RetentionLoop>(
        depot.database.url(), options,
        worker::RetentionLoop::Observer{
            [](const worker::RetentionLoop::Pass& pass) { CHECK(pass.failed_exports == 0); },
            [](const std::string& text) { FAIL(text); }});
    REQUIRE(eventually([&] { return shelf.requests() > 0; }));
    const auto begin = std::chrono::steady_clock::now();
    loop.reset();
    CHECK(std::chrono::steady_clock::now() - begin < 20s);  // an upload has 30 s and more
    CHECK(depot.runs() == 4);
}

TEST_CASE("callflex worker exports to the bucket that its environment names") {
    const Depot depot;
    const S3Shelf shelf;
    const ::test::TemporaryFolder recordings;
    WorkerProgram program{
        {"DATABASE_URL=" + depot.database.url(), "CALLFLEX_STORAGE_ROOT=" + recordings.path.string(),
         "CALLFLEX_EXPORT_S3=archive/call flex/2", "S3_ENDPOINT=" + shelf.line() + "/s3",
         "S3_REGION=eu-central-1", "S3_ACCESS_KEY_ID=sandbox-key", "S3_SECRET_ACCESS_KEY=sandbox-secret"}};
    CHECK(eventually([&] { return depot.Keeper::runs() == 0; }));
    CHECK(program.stop() == 0);
    for (const RunId run : depot.runs_)
        CHECK(store::read_archive(shelf.bytes_of(worker::archive_name(run))).run == run);
}
