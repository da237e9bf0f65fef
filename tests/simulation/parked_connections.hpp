#pragma once
// What makes seeds quick: a simulation opens a hundred connections, and for each Postgres starts a process that reads
// its catalogue and plans every statement anew. While a ParkedConnections stands, a connection that its owner has
// closed is kept, and handed to the next who asks for the same database, as fresh as a new one: no settings, locks,
// channels or transactions of its old owner. Only the plans of its prepared statements stay.
//
// A connection with a transaction or an answer under way is truly closed.

#include <string>

struct pg_conn;

namespace simulation {

/// One at a time, on the thread that made it. What is parked is closed at its end.
class ParkedConnections {
  public:
    ParkedConnections();
    ~ParkedConnections();
    ParkedConnections(const ParkedConnections&) = delete;
    ParkedConnections& operator=(const ParkedConnections&) = delete;
};

/// A former owner of the connection has prepared this statement: its plan is there. If not, it counts as prepared from
/// now on.
[[nodiscard]] bool prepared_before(const pg_conn* connection, const std::string& name,
                                   const std::string& sql);

}  // namespace simulation
