#include "workflows/call_completed.hpp"

#include <algorithm>

#include "engine/workflow/codec.hpp"

namespace callflex {

namespace {

constexpr std::size_t summary_bytes_max = 8000;

/// The data on the wire, whose member names are camelCase.
struct CallCompleted {
    std::string callId;  // NOLINT(readability-identifier-naming)
    std::string from;
    std::string to;
    std::int64_t durationSeconds = 0;  // NOLINT(readability-identifier-naming)
    std::string endedReason;           // NOLINT(readability-identifier-naming)
    std::string summary;
    std::string callType;  // NOLINT(readability-identifier-naming)
    std::string sentiment;
    std::string startedAt;  // NOLINT(readability-identifier-naming)
    std::string endedAt;    // NOLINT(readability-identifier-naming)
    std::int64_t minutes = 0;
};
BOOST_DESCRIBE_STRUCT(CallCompleted, (),
                      (callId, from, to, durationSeconds, endedReason, summary, callType, sentiment,
                       startedAt, endedAt, minutes))

/// No more than a message may hold, and no half character at its end.
std::string cut(const std::string& text) {
    if (text.size() <= summary_bytes_max) return text;
    std::size_t end = summary_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end);
}

}  // namespace

WebhookEvent call_completed(const EndedCall& call, const CallSummary& result) {
    std::string id = call.call_id;
    std::erase(id, '-');
    const CallCompleted data{call.call_id,
                             call.from_number,
                             call.to_number,
                             call.duration_seconds,
                             call.ended_reason,
                             cut(result.summary),
                             result.call_type,
                             result.sentiment,
                             durable::to_string(call.started_at),
                             durable::to_string(call.ended_at),
                             result.minutes};
    return {call.organization_id, "msg_" + id + "_call_completed", "call.completed", call.ended_at,
            durable::encode(data)};
}

}  // namespace callflex
