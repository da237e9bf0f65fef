// Live events as a stream: who may watch what, and that nothing is missed.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/ingress/live_token.hpp"
#include "tests/ingress/world.hpp"

using namespace std::chrono_literals;
using callflex::ingress::live_token;
using test::World;

namespace {

constexpr const char* key = "a-key-for-live-tokens";

std::string token_for(const std::string& organization, std::chrono::seconds valid = 60s) {
    return live_token(organization, std::chrono::system_clock::now() + valid, key);
}

std::string watch_request(const std::string& organization, const std::string& token,
                          const std::string& fields = "") {
    return fmt::format("GET /api/live/{}?token={} HTTP/1.1\r\nHost: x\r\n{}\r\n", organization, token,
                       fields);
}

/// A dashboard: everything that has come so far.
class Watcher {
  public:
    Watcher(std::uint16_t port, const std::string& request) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::send(socket_, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
    }
    ~Watcher() { ::close(socket_); }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;

    /// Whether `text` comes within a minute.
    bool sees(const std::string& text) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (seen_.find(text) == std::string::npos) {
            if (std::chrono::steady_clock::now() > deadline || !receive()) return false;
        }
        return true;
    }
    /// Whether the server ends the stream within a minute.
    bool ends() {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (std::chrono::steady_clock::now() < deadline) {
            if (!receive()) return true;
        }
        return false;
    }
    [[nodiscard]] const std::string& seen() const { return seen_; }

  private:
    bool receive() {
        pollfd ready{socket_, POLLIN, 0};
        if (::poll(&ready, 1, 1000) == 0) return true;
        char buffer[4096];
        const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
        if (got <= 0) return false;
        seen_.append(buffer, static_cast<std::size_t>(got));
        return true;
    }

    int socket_;
    std::string seen_;
};

struct LiveWorld : World {
    LiveWorld()
        : World{[](callflex::ingress::IngressOptions& options) {
              options.live_token_keys = {"an-older-key", key};
              options.app_url = "https://app.example";
          }} {}
    void publish(const std::string& organization, int number) const {
        database.execute(
            fmt::format("insert into app.live_events (organization_id, type, payload) values "
                        "('{}', 'call_started', '{{\"number\": {}}}')",
                        organization, number));
    }
};

}  // namespace

TEST_CASE("a watcher gets its organization's events as they come, with ids, and nobody else's") {
    const LiveWorld world;
    world.publish(World::organization, 1);
    Watcher watcher{world.port(), watch_request(World::organization, token_for(World::organization))};
    REQUIRE(watcher.sees("retry: 2000"));
    Watcher other{world.port(),
                  watch_request(World::other_organization, token_for(World::other_organization))};
    REQUIRE(other.sees("retry: 2000"));
    // Both have begun when the first event of each has come through.
    int number = 2;
    const auto begun = [&](Watcher& who, const char* organization) {
        for (int tries = 0; tries < 50; ++tries) {
            world.publish(organization, number++);
            if (who.sees("event: call_started")) return true;
        }
        return false;
    };
    REQUIRE(begun(watcher, World::organization));
    REQUIRE(begun(other, World::other_organization));
    world.publish(World::organization, 1001);
    world.publish(World::other_organization, 1002);
    CHECK(watcher.sees("\"number\": 1001"));
    CHECK(other.sees("\"number\": 1002"));
    CHECK(watcher.seen().find("1002") == std::string::npos);
    CHECK(other.seen().find("1001") == std::string::npos);
    CHECK(watcher.seen().find("\"number\": 1}") == std::string::npos);
    CHECK(watcher.seen().find("Content-Type: text/event-stream") != std::string::npos);
    CHECK(watcher.seen().find("Access-Control-Allow-Origin: https://app.example") != std::string::npos);
}

TEST_CASE("a watcher that comes back names the last event it saw and misses none") {
    const LiveWorld world;
    for (int i = 1; i <= 500; ++i) world.publish(World::organization, i);
    const std::string first =
        world.value("select min(id) from app.live_events where payload ->> 'number' = '100'");
    Watcher watcher{world.port(), watch_request(World::organization, token_for(World::organization),
                                                "Last-Event-ID: " + first + "\r\n")};
    CHECK(watcher.sees("\"number\": 500}"));
    std::size_t events = 0;
    for (std::size_t at = 0; (at = watcher.seen().find("event: ", at)) != std::string::npos; ++at) ++events;
    CHECK(events == 400);
    CHECK(watcher.seen().find("\"number\": 100}") == std::string::npos);
    CHECK(watcher.seen().find("\"number\": 101}") != std::string::npos);
}

TEST_CASE("an event of a transaction that commits late is not passed over by later ones") {
    const LiveWorld world;
    pqxx::connection connection{world.database.owner_url()};
    pqxx::work slow{connection};
    slow.exec(
        fmt::format("insert into app.live_events (organization_id, type, payload) values ('{}', "
                    "'call_started', '{{\"number\": 1}}')",
                    World::organization));
    world.publish(World::organization, 2);
    Watcher watcher{world.port(), watch_request(World::organization, token_for(World::organization),
                                                "Last-Event-ID: 0\r\n")};
    REQUIRE(watcher.sees("retry: 2000"));
    slow.commit();
    REQUIRE(watcher.sees("\"number\": 2}"));
    CHECK(watcher.seen().find("\"number\": 1}") < watcher.seen().find("\"number\": 2}"));
}

TEST_CASE("no token, another organization's, an expired, changed or unkeyed one: nothing is shown") {
    const LiveWorld world;
    const auto status = [&](const std::string& organization, const std::string& token) {
        const auto answer = test::exchange(world.port(), watch_request(organization, token));
        REQUIRE(answer);
        return answer->status;
    };
    const std::string good = token_for(World::organization);
    CHECK(status(World::organization, "") == 401);
    CHECK(status(World::other_organization, good) == 401);
    CHECK(status(World::organization, token_for(World::organization, -1s)) == 401);
    CHECK(status(World::organization, "9" + good) == 401);
    CHECK(status(World::organization, good + "0") == 401);
    CHECK(status(World::organization, live_token(World::organization, std::chrono::system_clock::now() + 60s,
                                                 "another-key")) == 401);
    CHECK(status("not-an-id", good) == 401);
    const World unkeyed;
    const auto answer = test::exchange(
        unkeyed.port(),
        watch_request(World::organization,
                      live_token(World::organization, std::chrono::system_clock::now() + 60s, "")));
    REQUIRE(answer);
    CHECK(answer->status == 401);
}

TEST_CASE("streams do not hold up a stopping ingress") {
    LiveWorld world;
    Watcher watcher{world.port(), watch_request(World::organization, token_for(World::organization))};
    REQUIRE(watcher.sees("retry: 2000"));
    const auto began = std::chrono::steady_clock::now();
    world.ingress->stop();
    CHECK(watcher.ends());
    CHECK(std::chrono::steady_clock::now() - began < world.options.stop_grace / 2);
}
