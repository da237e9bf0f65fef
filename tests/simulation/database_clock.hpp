#pragma once
// The database's clock of a simulation: engine.now() is what virtual time says. It is set when somebody on the
// simulation's thread is about to ask the database something, so each statement sees the time at which it was sent.

#include <pqxx/pqxx>

#include "tests/simulation/virtual_time.hpp"
#include "tests/support/database.hpp"

namespace simulation {

/// One at a time, on the thread that made it.
class DatabaseClock {
  public:
    DatabaseClock(const ::test::Database& database, const VirtualTime& time);
    ~DatabaseClock();
    DatabaseClock(const DatabaseClock&) = delete;
    DatabaseClock& operator=(const DatabaseClock&) = delete;

    /// Sets it now.
    void show();

  private:
    pqxx::connection connection_;
    const VirtualTime& time_;
    durable::Timestamp shown_{};
};

/// For whoever stands in front of a function that asks the database something.
void somebody_asks();

}  // namespace simulation
