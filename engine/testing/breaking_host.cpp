#include "engine/testing/breaking_host.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <new>
#include <stdexcept>

namespace durable::testing {

using store::Faults;

/// Shared by the test and its workers, so that a killed one leaves its count.
struct BreakingHost::Watch {
    std::atomic<int> passed{0};
    std::atomic<bool> broken{false};
    std::array<char, 64> statement{};
};

namespace {

constexpr int killed_code = 137;

std::shared_ptr<BreakingHost::Watch> shared_watch() {
    constexpr std::size_t size = sizeof(BreakingHost::Watch);
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("cannot share memory with the worker's process");
    return {new (memory) BreakingHost::Watch{}, [](BreakingHost::Watch* watch) { ::munmap(watch, size); }};
}

/// Only reads: breaking there is breaking before the next boundary.
bool changes_nothing(const char* statement) {
    static constexpr std::array reads{"load_histories", "load_inboxes",          "runs_with_messages",
                                      "owned_runs",     "activity_rows_of_runs", "schedules_due",
                                      "moment",         "load_history"};
    return std::any_of(reads.begin(), reads.end(),
                       [&](const char* read) { return std::strcmp(read, statement) == 0; });
}

/// The fault hook of a worker's process.
class Breaker {
  public:
    Breaker(Break at, BreakingHost::Watch& watch) : at_(at), watch_(watch) {}

    bool operator()(Faults::Point point, const char* statement) const {
        if (point == Faults::Point::rolled_back || changes_nothing(statement)) return false;
        // A statement's two points are passed by one thread, one after the other.
        thread_local int number = 0;
        if (point == Faults::Point::before_send) number = ++watch_.passed;
        if (number != at_.boundary || watch_.broken) return false;
        const bool before = point == Faults::Point::before_send;
        if (before != (at_.how == Break::How::killed_before)) return false;
        std::strncpy(watch_.statement.data(), statement, watch_.statement.size() - 1);
        watch_.broken = true;
        if (at_.how != Break::How::answer_lost) ::_exit(killed_code);
        return true;
    }

  private:
    Break at_;
    BreakingHost::Watch& watch_;
};

[[noreturn]] void work_until_killed(const WorkerSetup& setup, Break at, BreakingHost::Watch& watch) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    worker::WorkerOptions options = setup.options;
    options.faults.hook = Breaker{at, watch};
    // An empty poll is a boundary where nothing can break: notifications tell when there is work.
    options.poll = {std::chrono::milliseconds{200}, std::chrono::milliseconds{400}};
    // So is an empty sweep: whoever takes over begins with one.
    options.sweep_every = std::chrono::milliseconds{400};
    worker::Worker worker{std::move(options), setup.workflows, setup.activities};
    worker.start();
    worker.wait();
    ::_exit(0);
}

}  // namespace

std::string to_string(const Break& at) {
    static constexpr std::array how{"the worker is killed before it", "the worker is killed after it",
                                    "its answer is lost"};
    return "boundary " + std::to_string(at.boundary) + ", " + how.at(static_cast<std::size_t>(at.how));
}

BreakingHost::BreakingHost(Break at) : at_(at), watch_(shared_watch()) {}
BreakingHost::~BreakingHost() {
    stop();
}

void BreakingHost::start(const WorkerSetup& setup) {
    setup_ = std::make_unique<WorkerSetup>(setup);
    fork_worker(at_);
}

void BreakingHost::fork_worker(const Break& at) {
    worker_ = ::fork();
    if (worker_ < 0) throw std::runtime_error("cannot fork a worker");
    if (worker_ == 0) work_until_killed(*setup_, at, *watch_);
}

bool BreakingHost::reap(int flags) {
    if (worker_ <= 0 || ::waitpid(worker_, nullptr, flags) != worker_) return false;
    worker_ = -1;  // the number is the kernel's again
    return true;
}

void BreakingHost::tend(TestDatabase& database) {
    if (!setup_ || !reap(WNOHANG)) return;
    database.bury_workers();
    fork_worker(Break{});
}

void BreakingHost::stop() {
    if (worker_ <= 0) return;
    ::kill(worker_, SIGKILL);
    reap(0);
}

int boundaries_passed(const BreakingHost::Watch& watch) {
    return watch.passed;
}
bool broke(const BreakingHost::Watch& watch) {
    return watch.broken;
}
std::string broken_statement(const BreakingHost::Watch& watch) {
    return watch.statement.data();
}

}  // namespace durable::testing
