// A worker process that breaks on demand: the product's workflows and activities, and a fault at the FAULT_AT-th point
// that the store passes (FAULT_HOW: before, after, reply_lost). Without FAULT_AT it is an ordinary worker which keeps
// the number of points it has passed in FAULT_POINTS_FILE. FAULT_LEASE_MS: another lease than the usual one.
// FAULT_RUNS: it holds so many runs at a time and not more.

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "activities/config.hpp"
#include "activities/register.hpp"
#include "api/run_starter.hpp"
#include "engine/worker/nonblocking_sink.hpp"
#include "engine/worker/worker.hpp"
#include "tests/faults/worker/tally.hpp"
#include "workflows/register.hpp"

namespace {

using durable::store::Faults;

std::string setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string{value};
}

/// Counts every point where a transaction may be broken; breaks one of them.
class CountedFault {
  public:
    CountedFault() : at_(std::atoi(setting("FAULT_AT").c_str())), how_(setting("FAULT_HOW")) {}

    bool operator()(Faults::Point point) {
        if (point == Faults::Point::rolled_back) return false;
        // A statement's two points are passed by one thread, one after the other.
        thread_local int number = 0;
        if (point == Faults::Point::before_send) {
            number = ++passed_;
            if (at_ == 0) write_down(number);
            if (number == at_ && how_ == "before") ::_exit(137);
            return false;
        }
        if (number != at_) return false;
        if (how_ == "after") ::_exit(137);
        if (how_ == "reply_lost" && !lost_.exchange(true)) return true;
        return false;
    }

  private:
    /// Whoever reads finds the number of before or this one, never half of it.
    static void write_down(int number) {
        const std::string file = setting("FAULT_POINTS_FILE");
        const std::string fresh = file + "." + std::to_string(::getpid()) + "." + std::to_string(number);
        std::ofstream{fresh, std::ios::trunc} << number;
        std::filesystem::rename(fresh, file);
    }

    const int at_;
    const std::string how_;
    std::atomic<int> passed_ = 0;
    std::atomic<bool> lost_ = false;
};

}  // namespace

int main() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    durable::WorkflowRegistry workflows;
    callflex::register_workflows(workflows);
    test::register_tallies(workflows);
    durable::worker::ActivityRegistry activities;
    callflex::register_activities(
        activities,
        {std::make_shared<callflex::Vendors>(callflex::vendor_config(callflex::process_environment())),
         setting("CALLFLEX_STORAGE_ROOT"), setting("DATABASE_URL"),
         callflex::run_starter(setting("DATABASE_URL"))});

    CountedFault fault;
    durable::worker::WorkerOptions options;
    options.connection_string = setting("DATABASE_URL");
    options.name = "fault@" + std::to_string(::getpid());
    options.build = "faults";
    options.slots.transactional_threads = 2;
    if (const std::string lease = setting("FAULT_LEASE_MS"); !lease.empty())
        options.lease = std::chrono::milliseconds{std::stoi(lease)};
    if (const std::string runs = setting("FAULT_RUNS"); !runs.empty()) options.slots.runs = std::stoi(runs);
    options.logger = std::make_shared<spdlog::logger>(
        "worker", std::make_shared<durable::worker::NonblockingSink>(STDERR_FILENO));
    options.faults.hook = [&fault](Faults::Point point, const char*) { return fault(point); };
    durable::worker::Worker worker{options, workflows, activities};
    worker.start();
    constexpr timespec second{.tv_sec = 1, .tv_nsec = 0};
    while (::sigtimedwait(&signals, nullptr, &second) < 0) options.logger->flush();
    worker.stop(std::chrono::seconds{5});
    worker.wait();
    return 0;
}
