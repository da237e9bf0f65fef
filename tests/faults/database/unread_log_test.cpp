// F81: a worker writes its log into a pipe that nobody reads.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <thread>

#include "tests/faults/database/reporters.hpp"
#include "tests/faults/database/watched.hpp"
#include "tests/faults/vendors.hpp"
#include "tests/ingress/raw_client.hpp"
#include "tests/support/eventually.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// A pipe in the place of a log file, made before its process is started: a page in size, and read by nobody.
class UnreadPipe {
  public:
    explicit UnreadPipe(const std::filesystem::path& log) {
        REQUIRE(::mkfifo(log.c_str(), 0600) == 0);
        // Both ends: whoever opens it to write need not wait for a reader.
        pipe_ = ::open(log.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
        REQUIRE(pipe_ >= 0);
        REQUIRE(::fcntl(pipe_, F_SETPIPE_SZ, 4096) >= 0);
    }
    ~UnreadPipe() {
        reader_ = {};
        ::close(pipe_);
    }
    UnreadPipe(const UnreadPipe&) = delete;
    UnreadPipe& operator=(const UnreadPipe&) = delete;

    /// Whoever writes one byte more waits.
    void fill() const {
        while (::write(pipe_, ".", 1) == 1) {
        }
        REQUIRE(errno == EAGAIN);
    }
    /// Everything, from now on.
    void read() {
        reader_ = std::jthread{[this](const std::stop_token& stop) {
            while (!stop.stop_requested()) read_some();
        }};
    }
    [[nodiscard]] std::string text() const {
        const std::lock_guard lock{mutex_};
        return text_;
    }

  private:
    void read_some() {
        pollfd entry{.fd = pipe_, .events = POLLIN, .revents = 0};
        if (::poll(&entry, 1, 50) <= 0) return;
        std::array<char, 4096> bytes{};
        const ssize_t got = ::read(pipe_, bytes.data(), bytes.size());
        const std::lock_guard lock{mutex_};
        if (got > 0) text_.append(bytes.data(), static_cast<std::size_t>(got));
    }

    int pipe_ = -1;
    mutable std::mutex mutex_;
    std::string text_;
    std::jthread reader_;
};

/// The process id of the session on which it renews its lease. Empty: there is none.
std::string control_session(const FragileWorld& world, const Watched& worker) {
    return world.value(
        fmt::format("select coalesce(max(pid)::text, '') from pg_stat_activity where application_name like "
                    "'callflex control {} %'",
                    worker.process()));
}

}  // namespace

TEST_CASE(
    "F81: nobody reads its log: a worker that has something to say keeps its lease and goes on, and who "
    "reads again "
    "reads all of it") {
    FragileWorld world;
    // A lost SMS is looked for among those of the last minutes to the same owner: not all can go to one.
    world.add_neighbours(9);
    UnreadPipe log{world.workers().log_of("mute")};
    const Watched mute{world, world.start_worker("mute", "", {{"FAULT_LEASE_MS", "4000"}})};
    const auto port = world.start_ingress("ingress-1");
    world.await_processes(1);
    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, 2, 20ms, acknowledged};
    REQUIRE(eventually([&] { return mute.runs() > 0; }, FragileWorld::patience));

    log.fill();
    const std::string lost = control_session(world, mute);
    REQUIRE(lost != "");
    // It says that it has lost this session, and opens another.
    world.execute("select pg_terminate_backend(" + lost + ")");
    REQUIRE(eventually(
        [&] {
            const std::string session = control_session(world, mute);
            return session != "" && session != lost;
        },
        FragileWorld::patience));
    const std::size_t before = acknowledged.count();
    REQUIRE(eventually([&] { return acknowledged.count() >= before + 20; }, FragileWorld::patience));
    reporters.stop();
    // Not becomes_quiet(), which would read the log of each worker when it fails.
    CHECK(eventually([&] { return world.value("select count(*) from engine.live_runs") == "0"; },
                     FragileWorld::patience));
    CHECK(mute.is_registered());
    CHECK(mute.registrations() == 1);
    CHECK(world.unprocessed(acknowledged.all()).empty());
    CHECK(world.violations() == "");
    CHECK(ask_sandbox(world.sandbox_url(), "GET", "/sandbox/invariants")["violations"].empty());

    log.read();
    CHECK(eventually([&] { return log.text().find("database trouble") != std::string::npos; },
                     FragileWorld::patience));
}

TEST_CASE("F81: nobody reads its log: an ingress goes on answering, and counts what it could not write") {
    FragileWorld world;
    UnreadPipe log{world.ingresses().log_of("ingress-1")};
    const auto port = world.start_ingress("ingress-1");
    world.await_processes(0);
    log.fill();
    // It has a line to say of each, and a MiB of room for lines that wait.
    constexpr int enough = 16'000;
    RawClient stranger{port};
    int answered = 0;
    for (int i = 0; i < enough; ++i) {
        REQUIRE(stranger.send("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"));
        const auto answer = stranger.read();
        if (answer && answer->status == 404) ++answered;
    }
    CHECK(answered == enough);
    REQUIRE(eventually([&] {
        const auto metrics = exchange(port, "GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        REQUIRE(metrics);
        return metrics->body.find("callflex_log_lines_dropped_total ") != std::string::npos &&
               metrics->body.find("callflex_log_lines_dropped_total 0\n") == std::string::npos;
    }));
    log.read();
    CHECK(eventually([&] { return log.text().find("log lines dropped: lines=") != std::string::npos; }));
}
