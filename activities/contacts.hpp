#pragma once
// Who calls, how often, how long. Fails for good as "CallNotFound" if the call has no row.

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "activities/calls.hpp"
#include "activities/defaults.hpp"

namespace callflex {

struct ContactCall {
    CallKey call;
    std::string number;               ///< as in EndedCall: withheld or odd numbers are counted for nobody
    std::optional<std::string> name;  ///< kept if the contact has none yet
    std::int64_t minutes = 0;         ///< billed minutes
};
BOOST_DESCRIBE_STRUCT(ContactCall, (), (call, number, name, minutes))

/// After this call; no id if it was counted for nobody.
struct ContactStatistics {
    std::optional<std::string> contact_id;
    std::int64_t calls = 0;
    std::int64_t minutes = 0;
};
BOOST_DESCRIBE_STRUCT(ContactStatistics, (), (contact_id, calls, minutes))

/// Transactional: each call is counted exactly once.
inline constexpr durable::Activity<ContactCall, ContactStatistics> update_contact{"update_contact",
                                                                                  transactional_defaults};

}  // namespace callflex
