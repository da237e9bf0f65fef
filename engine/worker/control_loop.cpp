#include "engine/worker/control_loop.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "engine/worker/adaptive_poll.hpp"

namespace durable::worker {

using Clock = std::chrono::steady_clock;

namespace {

/// Between looks while somebody may be dead.
constexpr std::chrono::milliseconds suspicious_pause{100};

}  // namespace

ControlLoop::ControlLoop(Options options, TrustWindow& trust, Observer observer)
    : options_(std::move(options)), trust_(trust), observer_(std::move(observer)) {
    thread_ = std::thread{[this] { work(); }};
}

ControlLoop::~ControlLoop() {
    stop(false);
}

void ControlLoop::stop(bool deregister) {
    deregister_ = deregister;
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void ControlLoop::work() {
    std::chrono::milliseconds wait{50};
    while (!stopping_) {
        try {
            const auto sent = TrustWindow::boot_time();
            store::ControlConnection connection{options_.connection_string, options_.registration};
            if (const auto doubt = connection.doubt()) trust_.doubt(doubt->before, doubt->since);
            trust_.renewed(sent, connection.worker());
            observer_.registered(connection.worker());
            wait = std::chrono::milliseconds{50};
            serve(connection);
        } catch (const std::exception& error) {
            observer_.trouble(error.what());
        }
        if (stopping_) break;
        trust_.lost();
        observer_.lost();
        pause(wait);
        wait = std::min(wait * 2, std::chrono::milliseconds{5000});
    }
    trust_.lost();
}

void ControlLoop::serve(store::ControlConnection& connection) {
    std::minstd_rand jitter{static_cast<unsigned>(connection.worker().value)};
    auto next_beat = Clock::now() + options_.registration.lease / 3;
    auto next_sweep = Clock::now();
    static_cast<void>(connection.wake_blocked());
    while (!stopping_) {
        if (Clock::now() >= next_beat) {
            if (!renew(connection)) return;
            next_beat = Clock::now() + options_.registration.lease / 3;
        }
        if (Clock::now() >= next_sweep) {
            next_sweep =
                Clock::now() + pause_before_look(options_.sweep_every, static_cast<std::uint32_t>(jitter()));
            if (sweep(connection)) next_sweep = std::min(next_sweep, Clock::now() + suspicious_pause);
        }
        const auto until = std::min({next_beat, next_sweep, Clock::now() + std::chrono::milliseconds{100}});
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        if (left.count() <= 0) continue;
        listen(connection, left);
    }
    if (deregister_) connection.deregister();
}

void ControlLoop::listen(store::ControlConnection& connection, std::chrono::milliseconds at_most) {
    if (!options_.notifications) return pause(at_most);
    try {
        const auto woken = connection.wait(at_most);
        if (woken.runs || woken.activities || woken.messages) observer_.woken(woken);
    } catch (const store::StoreUnavailable& error) {
        // Polling goes on; the next heartbeat finds out whether we are still registered.
        observer_.trouble(error.what());
        pause(std::chrono::milliseconds{100});
    }
}

/// False: this registration is gone. An unreachable database is tried again for as long as the lease is
/// trusted.
bool ControlLoop::renew(store::ControlConnection& connection) {
    bool dropped = false;
    while (!stopping_) {
        // Late, for whatever reason (this process may have been frozen): all must be dropped before it is
        // ours again.
        if (!trust_.holds() && !std::exchange(dropped, true)) observer_.lost();
        const auto sent = TrustWindow::boot_time();
        try {
            if (!connection.heartbeat(observer_.state())) return false;
            // It may have lapsed while the answer was on its way, and the worker have seen that by itself.
            if (!trust_.renewed(sent, connection.worker())) return true;
            if (!dropped) observer_.lost();
            observer_.registered(connection.worker());
            return true;
        } catch (const store::StoreUnavailable& error) {
            observer_.trouble(error.what());
            pause(std::chrono::milliseconds{200});
        }
    }
    return true;
}

bool ControlLoop::sweep(store::ControlConnection& connection) {
    try {
        const auto swept = connection.sweep();
        observer_.swept(swept);
        return swept.suspects;
    } catch (const store::StoreUnavailable& error) {
        observer_.trouble(error.what());
        return false;
    }
}

void ControlLoop::pause(std::chrono::milliseconds how_long) const {
    const auto until = Clock::now() + how_long;
    while (!stopping_ && Clock::now() < until) {
        std::this_thread::sleep_for(
            std::min<Clock::duration>(std::chrono::milliseconds{20}, until - Clock::now()));
    }
}

}  // namespace durable::worker
