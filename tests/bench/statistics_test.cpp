#include "api/bench/statistics.hpp"

#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <thread>

using namespace callflex::bench;

namespace {

/// Keeps a processor busy for some hundredths of a second, and ends.
pid_t start_busy_child() {
    char program[] = "/bin/sh";
    char option[] = "-c";
    char command[] = "i=0; while [ $i -lt 30000 ]; do i=$((i + 1)); done";
    char* arguments[] = {program, option, command, nullptr};
    pid_t child = 0;
    return ::posix_spawn(&child, program, nullptr, nullptr, arguments, nullptr) == 0 ? child : 0;
}

}  // namespace

TEST_CASE("a server's processor time never goes back, although its processes end while it is read") {
    std::jthread children{[](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const pid_t child = start_busy_child();
            if (child != 0) ::waitpid(child, nullptr, 0);
        }
    }};
    using namespace std::chrono_literals;
    const auto until = std::chrono::steady_clock::now() + 3s;
    const auto first = cpu_of_server(::getpid());
    auto before = first;
    auto most_lost = 0ms;
    while (std::chrono::steady_clock::now() < until) {
        const auto now = cpu_of_server(::getpid());
        most_lost = std::max(most_lost, before - now);
        before = now;
    }
    CHECK(most_lost == 0ms);
    CHECK(before - first > 500ms);
}
