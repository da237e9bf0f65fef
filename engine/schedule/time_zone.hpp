#pragma once
// IANA time zones, from the machine's tz database (tzdata) through Howard Hinnant's date library.
// Thread-safe; a value that points into the process-wide, never changing database. The machine's files know
// the changes up to 2037; later ones are taken as the last known offset.

#include <chrono>
#include <string>

#include "engine/workflow/time.hpp"

namespace date {
class time_zone;
}

namespace durable::schedule {

class TimeZone {
  public:
    /// Throws ScheduleError for a name that the database does not have.
    [[nodiscard]] static TimeZone find(const std::string& name);

    /// A stretch of time, begin included, with one distance between the wall clock and UTC.
    struct Period {
        Timestamp begin;
        Timestamp end;
        std::chrono::seconds offset;         ///< wall clock minus UTC
        std::chrono::seconds offset_before;  ///< of the period before it
    };
    [[nodiscard]] Period period_at(Timestamp time) const;
    [[nodiscard]] std::chrono::local_seconds local(Timestamp time) const;

  private:
    explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}
    const date::time_zone* zone_;  ///< owned by the library's database
};

}  // namespace durable::schedule
