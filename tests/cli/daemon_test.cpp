// What the ingress as a process tells systemd. Workers: tests/worker/watching_test.cpp.

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "tests/support/database.hpp"
#include "tests/support/program.hpp"

namespace test {
namespace {

/// Stands in for systemd: a datagram socket that the process finds by NOTIFY_SOCKET.
class NotifySocket {
  public:
    NotifySocket()
        : path_("/tmp/callflex-ingress-notify-" + std::to_string(::getpid())),
          socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
        std::filesystem::remove(path_);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
        void* raw = &address;
        REQUIRE(::bind(socket_, static_cast<const sockaddr*>(raw), sizeof(address)) == 0);
        const timeval patience{10, 0};
        REQUIRE(::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0);
    }
    ~NotifySocket() {
        ::close(socket_);
        std::filesystem::remove(path_);
    }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    [[nodiscard]] std::string path() const { return path_; }
    /// The next thing that is said; "" after ten seconds of silence.
    [[nodiscard]] std::string next() const {
        std::array<char, 512> buffer{};
        const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
        return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    }

  private:
    std::string path_;
    int socket_;
};

}  // namespace

TEST_CASE(
    "systemd hears of the ingress READY, WATCHDOG while it serves, STOPPING at the end, in this order") {
    const Database database;
    const NotifySocket systemd;
    Program ingress{{CALLFLEX_BINARY, "ingress", "--port", "0"},
                    {"DATABASE_URL=" + database.url(), "CALLFLEX_CONFIG=/dev/null",
                     "NOTIFY_SOCKET=" + systemd.path(), "WATCHDOG_USEC=3000000"},
                    systemd.path() + ".log"};
    CHECK(systemd.next().starts_with("READY=1\nSTATUS=listens on 127.0.0.1:"));
    CHECK(systemd.next() == "WATCHDOG=1");
    CHECK(systemd.next() == "WATCHDOG=1");
    CHECK(ingress.stop() == 0);
    std::string last = systemd.next();
    while (last == "WATCHDOG=1") last = systemd.next();
    CHECK(last.starts_with("STOPPING=1\nEXTEND_TIMEOUT_USEC="));
    std::filesystem::remove(systemd.path() + ".log");
}

}  // namespace test
