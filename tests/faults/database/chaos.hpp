#pragma once
// Everything at once: processes killed and stopped every second, Postgres restarted, sessions ended, vendors that fail.

#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/faults/database/fragile_world.hpp"

namespace test {

class Chaos {
  public:
    /// `restart_every`: how often Postgres goes down, in turn by a crash and in good order.
    Chaos(FragileWorld& world, std::chrono::seconds restart_every, std::uint64_t seed);
    ~Chaos();
    Chaos(const Chaos&) = delete;
    Chaos& operator=(const Chaos&) = delete;

    /// A fault a second, until the time is over.
    void rage(std::chrono::milliseconds how_long);
    /// Lets everything run that has been stopped, and starts what has died.
    void calm();
    /// How many faults of each kind there were.
    [[nodiscard]] const std::map<std::string, int>& faults() const { return faults_; }

  private:
    using Clock = std::chrono::steady_clock;
    struct Stopped {
        pid_t process;
        Clock::time_point until;
    };

    void strike();
    void kill_or_stop(callflex::Supervisor& group, const std::string& what);
    void restart_server();
    /// Processes that may go on do; what has died is started again.
    void tend(bool everybody);

    FragileWorld& world_;
    const std::chrono::seconds restart_every_;
    std::minstd_rand random_;
    std::vector<Stopped> stopped_;
    std::map<std::string, int> faults_;
    int restarts_ = 0;
};

}  // namespace test
