#pragma once
// The facts of one call, as they travel from the ingress into call-processing. Times are UTC; money is in
// micro-dollars.

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/workflow/time.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace callflex {

struct TranscriptSegment {
    std::string speaker;  ///< "assistant" or "caller"
    std::string text;
    double start_seconds = 0;
};
BOOST_DESCRIBE_STRUCT(TranscriptSegment, (), (speaker, text, start_seconds))

/// Input of call-processing: an ended call, already a row in app.calls.
struct EndedCall {
    std::string call_id;          ///< app.calls.id, a UUIDv7
    std::string organization_id;  ///< UUID
    std::string vapi_call_id;
    durable::Timestamp started_at;  ///< with call_id the key of app.calls (it is partitioned by it)
    durable::Timestamp ended_at;
    std::int64_t duration_seconds = 0;
    std::string from_number;  ///< E.164, or "" when withheld
    std::string to_number;
    std::string ended_reason;
    std::int64_t cost_microdollars = 0;
    std::string transcript;  ///< "" for a missed call
    std::vector<TranscriptSegment> segments;
    std::optional<std::string> recording_url;  ///< presigned, may expire
};
BOOST_DESCRIBE_STRUCT(EndedCall, (),
                      (call_id, organization_id, vapi_call_id, started_at, ended_at, duration_seconds,
                       from_number, to_number, ended_reason, cost_microdollars, transcript, segments,
                       recording_url))

/// Key of app.calls: what an activity needs to find the call's row, and nothing else.
struct CallKey {
    std::string organization_id;
    std::string call_id;
    durable::Timestamp started_at;
};
BOOST_DESCRIBE_STRUCT(CallKey, (), (organization_id, call_id, started_at))

[[nodiscard]] inline CallKey key_of(const EndedCall& call) {
    return {call.organization_id, call.call_id, call.started_at};
}

/// A side step that did not succeed: recorded, never fatal.
struct Warning {
    std::string step;  ///< activity name and recipient, such as "send_sms +15550100400"
    std::string reason;
    bool outcome_unknown = false;  ///< it may have happened: listed so that a person can look
};
BOOST_DESCRIBE_STRUCT(Warning, (), (step, reason, outcome_unknown))

/// Result of call-processing.
struct CallSummary {
    std::string call_id;
    std::string summary;
    bool extractive = false;  ///< made by the built-in summariser, not by a model
    std::string call_type;    ///< inquiry, complaint, booking, support, sales, other
    std::string sentiment;    ///< positive, neutral, negative
    std::int64_t minutes = 0;
    int notifications_sent = 0;
    std::vector<Warning> warnings;
};
BOOST_DESCRIBE_STRUCT(CallSummary, (),
                      (call_id, summary, extractive, call_type, sentiment, minutes, notifications_sent,
                       warnings))

/// Workflow id: "call-processing-" + vapi call id.
inline constexpr durable::WorkflowType<EndedCall, CallSummary> call_processing{"call-processing"};

}  // namespace callflex
