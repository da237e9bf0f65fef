#pragma once
// VAPI's server messages, in today's envelope ({"message": {...}}) and in the older flat shape, as one set of
// values. Reading is generous: unknown members and unknown types are fine, a missing member has a default. A
// member of the wrong type is refused with its path, because guessing would store nonsense. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "activities/calls.hpp"
#include "api/ingress/vapi_call.hpp"
#include "engine/workflow/time.hpp"

namespace callflex::ingress {

/// status-update, or call-start.
struct CallStatus {
    CallFacts call;
    std::string status;  ///< of app.call_status: queued, ringing, in_progress, forwarding, ended
    std::string ended_reason;
    durable::Timestamp at;
};

/// end-of-call-report, or call-end.
struct CallReport {
    CallFacts call;
    durable::Timestamp started_at;
    durable::Timestamp ended_at;
    std::int64_t duration_seconds = 0;  ///< rounded up
    std::string ended_reason;
    std::int64_t cost_microdollars = 0;
    std::string transcript;
    std::vector<TranscriptSegment> segments;
    std::optional<std::string> recording_url;
};

/// transcript, final: something that was said and will not be corrected any more.
struct TranscriptLine {
    CallFacts call;
    std::string speaker;  ///< "assistant" or "caller"
    std::string text;
    std::optional<durable::Timestamp> said_at;  ///< as the sender says: tells two equal lines apart
    durable::Timestamp at;
};

/// A type, or a status, that nothing is done for.
struct Ignored {
    std::string type;
};

/// Cannot be understood: 400 when it is not JSON, 422 when a member is not what it must be.
struct Malformed {
    unsigned status = 422;
    std::string problem;  ///< names the path
};

using VapiMessage = std::variant<CallStatus, CallReport, TranscriptLine, ToolCalls, AssistantRequest,
                                 TransferRequest, Ignored, Malformed>;

/// `body` has passed http::refuse_json. Times that are missing, or more than 45 days from `received_at`,
/// become `received_at`.
[[nodiscard]] VapiMessage read_vapi_message(std::string_view body, durable::Timestamp received_at);

}  // namespace callflex::ingress
