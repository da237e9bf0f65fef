#pragma once
// The database of one test: private, migrated, with a clock that only the test moves. Dropped at the end.
//
// One thread at a time, and never from the activities of a worker: they have connections of their own.

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/workflow/ids.hpp"
#include "engine/workflow/time.hpp"

namespace durable::testing {

/// What there is to do.
struct Look {
    Timestamp now;
    bool working = false;           ///< something is under way, or due
    std::optional<Timestamp> next;  ///< when something will be due; none: never, by itself
    std::string blocked;            ///< a run whose code has failed, in one sentence; "" for none
    bool open = false;              ///< the chain of the run asked for has an open run
};

/// A run, and how long its history is.
struct RunLength {
    RunId run;
    std::string type;
    std::int32_t events = 0;
};

class TestDatabase {
  public:
    TestDatabase();
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    /// As the application, which owns nothing.
    [[nodiscard]] std::string url() const;
    /// As the superuser.
    [[nodiscard]] std::string owner_url() const;

    /// At everything; with a run, at its chain, too.
    [[nodiscard]] Look look(std::optional<RunId> run = {});
    /// Of every run, open or not.
    [[nodiscard]] std::vector<RunLength> run_lengths();
    /// Forward only.
    void advance_to(Timestamp moment);
    /// Workers look at once, instead of at their next poll.
    void wake() { advance_to(Timestamp{}); }
    /// The processes of all workers have ended.
    void bury_workers();
    /// A connection as the superuser, for looking behind the curtain. No transaction is left open on it.
    [[nodiscard]] pqxx::connection& owner() { return owner_; }

  private:
    std::string name_;
    pqxx::connection owner_;
};

}  // namespace durable::testing
