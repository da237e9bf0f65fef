#pragma once
// Options that activities of the same kind share.

#include "engine/workflow/activity.hpp"

namespace callflex {

/// Rows in our own database: quick, and tried for a day, since nothing else than a database in trouble stops
/// them.
inline constexpr durable::ActivityDefaults transactional_defaults{
    .schedule_to_close = std::chrono::hours{24},
    .start_to_close = std::chrono::seconds{15},
    .initial_interval = std::chrono::milliseconds{250},
    .maximum_interval = std::chrono::seconds{30}};

/// The same for side steps, which end as a warning instead of keeping the run open.
inline constexpr durable::ActivityDefaults side_step_defaults{
    .schedule_to_close = std::chrono::minutes{3},
    .start_to_close = std::chrono::seconds{15},
    .initial_interval = std::chrono::milliseconds{250},
    .maximum_interval = std::chrono::seconds{30}};

}  // namespace callflex
