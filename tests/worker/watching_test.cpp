// What a worker tells the world outside: systemd, logs, metrics.

#include <prometheus/text_serializer.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "tests/worker/world.hpp"

using namespace durable;
using namespace durable::test;

namespace {

/// Stands in for systemd: a datagram socket named by NOTIFY_SOCKET.
class NotifySocket {
  public:
    NotifySocket()
        : path_("/tmp/callflex-notify-" + std::to_string(getpid())),
          socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
        std::filesystem::remove(path_);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
        void* raw = &address;
        REQUIRE(bind(socket_, static_cast<const sockaddr*>(raw), sizeof(address)) == 0);
        setenv("NOTIFY_SOCKET", path_.c_str(), 1);
        setenv("WATCHDOG_USEC", "300000", 1);
    }
    ~NotifySocket() {
        unsetenv("NOTIFY_SOCKET");
        unsetenv("WATCHDOG_USEC");
        close(socket_);
        std::filesystem::remove(path_);
    }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    /// True once a datagram with that line has come.
    bool heard(const std::string& line) {
        char buffer[512];
        ssize_t size = 0;
        while ((size = recv(socket_, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0) {
            text_ += "\n" + std::string{buffer, static_cast<std::size_t>(size)} + "\n";
        }
        return text_.find("\n" + line) != std::string::npos;
    }

  private:
    std::string path_;
    int socket_;
    std::string text_;
};

}  // namespace

TEST_CASE("systemd hears READY after registration, WATCHDOG while the loop moves, STOPPING at the end") {
    NotifySocket systemd;
    World world;
    const auto worker = world.start_worker();
    CHECK(eventually([&] { return systemd.heard("READY=1"); }));
    CHECK(eventually([&] { return systemd.heard("WATCHDOG=1"); }));
    CHECK_FALSE(systemd.heard("STOPPING=1"));
    worker->stop(0ms);
    worker->wait();
    CHECK(systemd.heard("STOPPING=1"));
}

TEST_CASE("logs are one JSON object a line, and payloads are not in them") {
    std::ostringstream text;
    const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
    {
        World world;
        world.probe->set("flaky", 1);
        const auto worker = world.start_worker([&](auto& options) {
            options.logger = std::make_shared<spdlog::logger>("test", sink);
            options.log_format = worker::LogFormat::json;
        });
        const RunId run = world.start(gated, "a secret \"name\"", "logged");
        world.client().cancel(ref(run), "no need", "test");
        CHECK(eventually([&] { return !world.open(run); }));
        const RunId odd =
            world.client().start("unheard of", Payload{"\"a secret\""}, {.workflow = WorkflowId{"odd"}}).run;
        CHECK(eventually([&] { return world.client().describe(ref(odd))->blocked.has_value(); }));
    }
    CHECK(text.str().find("secret") == std::string::npos);
    CHECK(text.str().find("\"event\":\"run blocked\"") != std::string::npos);
    std::istringstream lines{text.str()};
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) CHECK_NOTHROW((void)parse_payload(line));
    CHECK(count >= 3);
}

TEST_CASE("a worker counts what it does") {
    World world;
    const auto registry = std::make_shared<prometheus::Registry>();
    worker::Worker worker{worker_options(world.database.url()), world.workflows, world.activities, registry};
    worker.start();
    CHECK(world.result(sequence, world.start(sequence, 4, "counted")) == 4);
    const auto shown = [&] { return prometheus::TextSerializer{}.Serialize(registry->Collect()); };
    CHECK(eventually(
        [&] { return shown().find("durable_worker_runs_closed_total 1\n") != std::string::npos; }));
    CHECK(shown().find("outcome=\"completed\",type=\"add_one\",way=\"eager\"} 4\n") != std::string::npos);
    CHECK(shown().find("durable_worker_activations_total 5\n") != std::string::npos);
    CHECK(shown().find("durable_worker_stuck_runs_woken_total 0\n") != std::string::npos);
}
