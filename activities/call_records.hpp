#pragma once
// What call-processing found out, written into the call's row. Fails for good as "CallNotFound" if there is
// none.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "activities/calls.hpp"
#include "activities/defaults.hpp"

namespace callflex {

/// Everything empty for a missed call.
struct CallFindings {
    std::optional<std::string> summary;
    bool extractive = false;
    std::optional<std::string> call_type;
    std::optional<std::string> sentiment;
    std::optional<std::string> caller_name;
    std::vector<std::string> action_items;
};
BOOST_DESCRIBE_STRUCT(CallFindings, (),
                      (summary, extractive, call_type, sentiment, caller_name, action_items))

struct CallRecord {
    CallKey call;
    CallFindings findings;
};
BOOST_DESCRIBE_STRUCT(CallRecord, (), (call, findings))

/// Transactional.
inline constexpr durable::Activity<CallRecord, durable::Nothing> update_call_record{"update_call_record",
                                                                                    transactional_defaults};

}  // namespace callflex
