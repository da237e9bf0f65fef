#pragma once
// Many organizations and a month of their calls on a clock that the test moves: what a simulated month needs beyond
// FaultWorld. Chance is seeded: the same month every time, but for the moments at which workers die.

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/faults/world.hpp"

namespace test {

struct MonthSize {
    int organizations = 8;
    int calls = 240;  ///< of all organizations together, over 31 days
    int worker_processes = 2;
};

class Month {
  public:
    explicit Month(MonthSize size);
    ~Month();

    /// Subscriptions begin: Stripe tells it in any order, some things twice.
    void begin_subscriptions();
    /// The calls of each day end, workers are killed meanwhile, retries and schedules get their time.
    void live_through_all_days();
    /// The period ends, Stripe collects: renewals and failed payments, in any order, some twice.
    void end_period();
    /// Lets time pass until nothing is left that waits for it, for at most so many hours.
    void settle(int hours);

    struct Organization {
        std::string id;
        std::string name;
        std::int64_t minutes = 0;  ///< as the calls were reported
        int calls = 0;
        bool endpoint_broken = false;
        bool pays = true;  ///< the renewal at the end
    };
    [[nodiscard]] const std::vector<Organization>& organizations() const { return organizations_; }
    [[nodiscard]] const FaultWorld& world() const { return world_; }
    [[nodiscard]] int kills() const { return kills_; }
    [[nodiscard]] std::string value(const std::string& sql) const { return world_.value(sql); }

  private:
    void add_organization(int number);
    void add_endpoint(const Organization& organization);
    void make_vendors_fail();
    void end_call(Organization& organization, int day);
    void deliver(std::vector<std::string> events);
    [[nodiscard]] std::string stripe_event(const std::string& sample, const Organization& organization,
                                           std::int64_t shift);
    /// Until no run or activity is under way or due; kills workers now and then meanwhile.
    void work_off();
    [[nodiscard]] bool work_is_due() const;
    void kill_somebody();
    /// Time goes by, and every retry gets its moment: a clock that jumps over the waits of an activity would
    /// use up what it may take in all.
    void pass(std::chrono::seconds time);

    MonthSize size_;
    FaultWorld world_;
    std::chrono::sys_seconds began_;  ///< first moment of the month
    std::vector<Organization> organizations_;
    std::vector<pid_t> workers_;
    std::mt19937 random_{20261121};
    int calls_ = 0;
    int events_ = 0;
    int kills_ = 0;
};

}  // namespace test
