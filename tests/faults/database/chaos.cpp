#include "tests/faults/database/chaos.hpp"

#include <algorithm>
#include <csignal>
#include <pqxx/pqxx>

#include "tests/support/eventually.hpp"

namespace test {

using namespace std::chrono_literals;

Chaos::Chaos(FragileWorld& world, std::chrono::seconds restart_every, std::uint64_t seed)
    : world_(world), restart_every_(restart_every), random_(static_cast<std::uint32_t>(seed)) {}

Chaos::~Chaos() {
    for (const Stopped& one : stopped_) ::kill(one.process, SIGCONT);
}

void Chaos::rage(std::chrono::milliseconds how_long) {
    const auto end = Clock::now() + how_long;
    auto next_restart = Clock::now() + restart_every_;
    while (Clock::now() < end) {
        if (Clock::now() >= next_restart) {
            restart_server();
            next_restart = Clock::now() + restart_every_;
        }
        strike();
        const auto next = std::min(end, Clock::now() + 1s);
        static_cast<void>(eventually(
            [&] {
                tend(false);
                return Clock::now() >= next;
            },
            2s));
    }
}

void Chaos::strike() {
    const auto what = random_() % 10;
    if (what < 6) {
        kill_or_stop(world_.workers(), "worker");
    } else if (what < 9) {
        kill_or_stop(world_.ingresses(), "ingress");
    } else {
        ++faults_["all sessions ended"];
        world_.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'test_app'");
    }
}

void Chaos::kill_or_stop(callflex::Supervisor& group, const std::string& what) {
    const auto running = group.running();
    if (running.empty()) return;
    const pid_t process = running[random_() % running.size()].second;
    const bool is_stopped = std::ranges::count(stopped_, process, &Stopped::process) > 0;
    if (is_stopped || random_() % 2 == 0) {
        ++faults_[what + " killed"];
        ::kill(process, SIGKILL);
        std::erase_if(stopped_, [&](const Stopped& one) { return one.process == process; });
        return;
    }
    // Up to longer than a lease lasts.
    ++faults_[what + " stopped"];
    ::kill(process, SIGSTOP);
    stopped_.push_back({process, Clock::now() + std::chrono::milliseconds{200 + random_() % 4500}});
}

void Chaos::restart_server() {
    const bool crash = restarts_++ % 2 == 0;
    ++faults_[crash ? "Postgres crashed" : "Postgres restarted"];
    world_.server().stop(crash ? callflex::PrivateCluster::Stop::immediate
                               : callflex::PrivateCluster::Stop::fast);
    world_.server().start();
}

void Chaos::tend(bool everybody) {
    std::erase_if(stopped_, [&](const Stopped& one) {
        if (!everybody && Clock::now() < one.until) return false;
        ::kill(one.process, SIGCONT);
        return true;
    });
    world_.workers().tend();
    world_.ingresses().tend();
}

void Chaos::calm() {
    // Who died a moment ago may be started again in a second.
    const auto all = [&] {
        tend(true);
        return world_.workers().running().size() + world_.ingresses().running().size() == world_.processes();
    };
    static_cast<void>(eventually(all, FragileWorld::patience));
}

}  // namespace test
