#pragma once
// By which search attributes lists find a schedule's runs: ScheduleId (its id) and ScheduledFor (the nominal
// time). Included by the store's schedule files only.

#include <string>
#include <vector>

#include "engine/search/bound.hpp"

namespace durable::store {

/// Without those that have got another type in this database: a schedule goes on whatever users call theirs.
[[nodiscard]] std::vector<SearchAttribute> schedule_attributes(const search::SearchCatalog& known,
                                                               const std::string& schedule,
                                                               Timestamp nominal);

}  // namespace durable::store
