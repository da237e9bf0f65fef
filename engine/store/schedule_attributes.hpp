#pragma once
// By which search attributes lists find a schedule's runs: ScheduleId (its id), ScheduledFor (the nominal
// time) and those of its action. Included by the store's schedule files only.

#include <string_view>
#include <vector>

#include "engine/schedule/spec.hpp"
#include "engine/search/bound.hpp"

namespace durable::store {

/// ScheduleId or ScheduledFor, which no action sets.
[[nodiscard]] bool is_schedule_attribute(std::string_view key);
/// Without those that have got another type in this database: a schedule goes on whatever users call theirs.
[[nodiscard]] std::vector<SearchAttribute> schedule_attributes(const search::SearchCatalog& known,
                                                               const ScheduleSpec& spec, Timestamp nominal);

}  // namespace durable::store
