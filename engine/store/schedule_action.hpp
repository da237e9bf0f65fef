#pragma once
// What a schedule starts: whether it can be started at all, and the start of one nominal time. Included by
// the store's schedule files only.

#include "engine/schedule/timetable.hpp"
#include "engine/search/bound.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/schedule_rows.hpp"

namespace durable::store {

/// The spec, checked: rules, action and names. Throws schedule::ScheduleError.
[[nodiscard]] schedule::Timetable checked_timetable(const ScheduleSpec& spec);

/// Throws schedule::ScheduleError for a search attribute whose key has another type in this database.
void check_attribute_types(const search::SearchCatalog& known, const ScheduleSpec& spec);

/// Attributes whose key has got another type in this database are left out: a schedule goes on whatever users
/// call theirs. `run` is the new run's id.
[[nodiscard]] StartRequest start_of(const schedule::Timetable& timetable, const BufferedNominal& what,
                                    RunId run, const search::SearchCatalog& known);

}  // namespace durable::store
