#pragma once
// A database with schedules in it, and hands to act on them: every step is the test's.

#include <functional>
#include <string>
#include <vector>

#include "engine/client/schedules.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/schedule_store.hpp"
#include "tests/schedule/times.hpp"
#include "tests/support/database.hpp"

namespace test {

using client::ScheduleInfo;
using store::ScheduleFate;
using store::ScheduleTurn;

/// What a run was started for.
struct Ran {
    std::string workflow;
    std::string nominal;
    bool operator==(const Ran&) const = default;
};

class Office {
  public:
    Office();
    /// Every test ends with a look at the invariant of schedules.
    ~Office();
    Office(const Office&) = delete;
    Office& operator=(const Office&) = delete;

    /// Moves the database's clock to an instant.
    void go_to(const std::string& time);
    /// Acts on everything that is due, as a worker's loop does. Returns the number of turns.
    int act();
    int act(store::ScheduleStore& by);
    /// Goes there in steps and acts after each.
    void live_until(const std::string& time, Duration step);
    void apply(const ScheduleSpec& spec);
    [[nodiscard]] ScheduleInfo schedule() { return client.describe("test"); }

    /// What `callflex check` says about schedules: one line an example.
    [[nodiscard]] std::vector<std::string> violations() const;
    /// All runs, by nominal time, as their histories tell.
    [[nodiscard]] std::vector<Ran> runs();
    [[nodiscard]] std::vector<std::string> nominal_times();
    [[nodiscard]] int open_runs() const;
    /// Ends the open run of a workflow id, as if its code had.
    void complete(const std::string& workflow_id);
    void fail(const std::string& workflow_id);
    void terminate(const std::string& workflow_id);

    Database database;
    client::ScheduleClient client;
    store::ScheduleStore store;

  private:
    void end(const std::string& workflow_id, const std::string& status);
};

}  // namespace test
