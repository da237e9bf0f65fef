// What a workflow must never do, one workflow a family: the determinism gate has to find each, and name it.
// Never run. The first half: what the operating system would answer differently tomorrow.

#include <fcntl.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "engine/workflow/workflow.hpp"

// What is inlined has no line of its own: each forbidden call must be found at its line in optimised builds, too.
#pragma clang optimize off

namespace impure {

using durable::Nothing;
using durable::Task;
using durable::Workflow;

namespace {

long stamp() {
    return std::chrono::system_clock::now().time_since_epoch().count();  // clock
}
thread_local int calls = 0;

}  // namespace

/// Two calls away from the clock, and after a wait: in the second piece of the coroutine.
Task<long> reads_clock(Workflow& wf, Nothing) {
    co_await wf.sleep(std::chrono::seconds{1});
    co_return stamp();
}
Task<unsigned> draws_random(Workflow&, Nothing) {
    co_return std::random_device{}();  // random
}
Task<std::string> reads_environment(Workflow&, Nothing) {
    const char* home = std::getenv("HOME");  // environment
    co_return home == nullptr ? "" : home;
}
Task<int> opens_file(Workflow&, Nothing) {
    co_return ::open("/etc/hostname", O_RDONLY);  // file
}
Task<int> opens_socket(Workflow&, Nothing) {
    co_return ::socket(AF_INET, SOCK_STREAM, 0);  // socket
}
Task<Nothing> starts_thread(Workflow&, Nothing) {
    std::thread{[] {}}.join();  // thread
    co_return Nothing{};
}
Task<int> counts_calls(Workflow&, Nothing) {
    co_return ++calls;  // thread_local
}

/// What no list knows: a finding too, until somebody has said that it is harmless.
int never_heard_of();
Task<int> calls_unknown(Workflow&, Nothing) {
    co_return never_heard_of();  // unknown
}

}  // namespace impure
