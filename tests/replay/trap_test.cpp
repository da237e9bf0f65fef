// The trap stops workflow code that asks the world around the engine, and says what it called. One workflow a
// family; each calls through a pointer, so that no look at the code could tell.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <clocale>
#include <cstdlib>
#include <random>
#include <thread>

#include "engine/trap/determinism_trap.hpp"
#include "tests/replay/script.hpp"

namespace {

using durable::Nothing;
using durable::Task;
using durable::Workflow;
using durable::test::some_run;
using durable::trap::DeterminismTrap;

using Deed = int (*)();

int read_clock() {
    return static_cast<int>(std::chrono::system_clock::now().time_since_epoch().count());
}
int read_time() {
    return static_cast<int>(::time(nullptr));
}
int draw() {
    return std::rand();
}
int draw_from_device() {
    return static_cast<int>(std::random_device{}());
}
int read_environment() {
    return std::getenv("PATH") == nullptr ? 0 : 1;
}
int open_file() {
    return ::open("/etc/hostname", O_RDONLY);
}
int open_socket() {
    return ::socket(AF_INET, SOCK_STREAM, 0);
}
int start_thread() {
    std::thread{[] {}}.join();
    return 1;
}
int wait_a_while() {
    std::this_thread::sleep_for(std::chrono::nanoseconds{1});
    return 1;
}
int change_locale() {
    return std::setlocale(LC_ALL, nullptr) == nullptr ? 0 : 1;
}
int behave() {
    return 7;
}

/// What the workflow does; set by each test before it runs one.
Deed deed = behave;

Task<int> does_it(Workflow& wf, Nothing) {
    co_await wf.sleep(std::chrono::hours{1});
    co_return deed();
}

/// The run up to the moment where its code does its deed.
class Prepared {
  public:
    Prepared() {
        registry_.add(durable::WorkflowType<Nothing, int>{"does_it"}, does_it);
        execution_.emplace(registry_, some_run, "build-1");
        durable::history::WorkflowStarted started{.type = "does_it",
                                                  .workflow_id = "w-1",
                                                  .tenant = "",
                                                  .queue = "default",
                                                  .input = durable::encode(Nothing{})};
        feed_recorded({.first_event = durable::EventId{1},
                       .time = durable::test::some_day,
                       .build = "",
                       .arrived = {started},
                       .commands = {}});
        const auto first = durable::trap::activate(*execution_, {}, durable::test::some_day);
        REQUIRE(first.activated);
    }
    durable::replay::Execution::Result act(Deed what) {
        deed = what;
        const auto now = durable::test::some_day + std::chrono::hours{2};
        return durable::trap::activate(*execution_, execution_->due_timers(now), now);
    }

  private:
    void feed_recorded(const durable::history::Activation& recorded) {
        REQUIRE_FALSE(durable::trap::replay(*execution_, recorded));
    }
    durable::WorkflowRegistry registry_;
    std::optional<durable::replay::Execution> execution_;
};

void must_be_caught(Deed what, const std::string& symbol, const std::string& family) {
    Prepared run;
    const auto result = run.act(what);
    INFO(symbol);
    REQUIRE(result.blocked);
    CHECK_FALSE(result.activated);
    CHECK(result.blocked->kind == durable::replay::Blocked::Kind::nondeterministic);
    CHECK(result.blocked->reason.starts_with("the code of does_it called " + symbol + " (" + family + ")"));
    CHECK(result.blocked->reason.find("begins at event 3") != std::string::npos);
}

}  // namespace

TEST_SUITE("trap" * doctest::skip(!DeterminismTrap::available())) {
    TEST_CASE("a clock") {
        must_be_caught(read_clock, "clock_gettime", "clock");
        must_be_caught(read_time, "time", "clock");
    }
    TEST_CASE("random numbers, from the library and from the processor") {
        must_be_caught(draw, "rand", "random");
        must_be_caught(draw_from_device, "std::random_device", "random");
    }
    TEST_CASE("the environment") {
        must_be_caught(read_environment, "getenv", "environment");
    }
    TEST_CASE("a file") {
        must_be_caught(open_file, "open", "file");
    }
    TEST_CASE("a socket") {
        must_be_caught(open_socket, "socket", "socket");
    }
    TEST_CASE("a thread, and waiting without a timer") {
        must_be_caught(start_thread, "pthread_create", "thread");
        must_be_caught(wait_a_while, "nanosleep", "thread");
    }
    TEST_CASE("the locale") {
        must_be_caught(change_locale, "setlocale", "locale");
    }

    TEST_CASE("what would have an effect is refused, not only noted") {
        const DeterminismTrap trap;
        CHECK(::socket(AF_INET, SOCK_STREAM, 0) == -1);
        CHECK(::open("/etc/hostname", O_RDONLY) == -1);
        CHECK(std::getenv("PATH") == nullptr);
        CHECK_THROWS_AS(std::thread{[] {}}, std::system_error);
        REQUIRE(trap.caught());
        CHECK(std::string{trap.caught()->symbol} == "socket");
    }
}

TEST_CASE("code that asks for nothing goes through the trap unharmed") {
    Prepared run;
    const auto result = run.act(behave);
    REQUIRE(result.activated);
    CHECK(result.activated->status == durable::replay::RunStatus::completed);
}

TEST_CASE("without a trap, and beside it on other threads, everything answers") {
    CHECK(std::getenv("PATH") != nullptr);
    std::optional<DeterminismTrap> trap;
    bool there = false;
    std::thread other{[&there] {
        while (std::getenv("PATH") == nullptr) return;
        there = true;
    }};
    other.join();
    trap.emplace();
    trap.reset();
    CHECK(there);
    const int file = ::open("/etc/hostname", O_RDONLY);
    CHECK(file >= 0);
    ::close(file);
}
