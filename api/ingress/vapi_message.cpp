#include "api/ingress/vapi_message.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "api/ingress/vapi_source.hpp"

namespace callflex::ingress {

namespace {

using durable::Timestamp;
using std::chrono::seconds;

constexpr seconds plausible_distance = std::chrono::days{45};
constexpr seconds call_length_max = std::chrono::hours{24};

std::string ended_reason(const Source& in) {
    std::string reason = first(in.message.text("endedReason"), in.call.text("endedReason")).value_or("");
    if (reason.size() > 200) reason = "unreadable: longer than 200 bytes";
    return reason;
}

bool plausible(Timestamp time, Timestamp received_at) {
    return time > received_at - plausible_distance && time < received_at + std::chrono::days{1};
}

VapiMessage read_status(const Source& in, std::string_view status) {
    static constexpr std::pair<std::string_view, std::string_view> known[] = {
        {"scheduled", "queued"},        {"queued", "queued"},         {"ringing", "ringing"},
        {"in-progress", "in_progress"}, {"forwarding", "forwarding"}, {"ended", "ended"}};
    const auto* found =
        std::ranges::find(known, status, &std::pair<std::string_view, std::string_view>::first);
    if (found == std::end(known)) return Ignored{"status-update"};
    CallStatus out;
    out.call = read_facts(in);
    out.status = found->second;
    out.at = in.message.time("timestamp").value_or(in.received_at);
    if (!plausible(out.at, in.received_at)) out.at = in.received_at;
    if (out.status == "ended") out.ended_reason = ended_reason(in);
    return out;
}

/// What the report itself says of its length; not in VAPI's schema, but seen.
std::optional<double> stated_seconds(const Source& in) {
    auto given = first(in.message.number("durationSeconds"), in.call.number("duration"));
    if (const auto ms = in.message.number("durationMs")) given = *ms / 1000;
    if (!given) return std::nullopt;
    return std::clamp(*given, 0.0, static_cast<double>(call_length_max.count()));
}

void read_times(const Source& in, CallReport& out) {
    const auto started = first(in.message.time("startedAt"), in.call.time("startedAt"));
    const auto ended =
        first(in.message.time("endedAt"), in.call.time("endedAt"), in.message.time("timestamp"));
    const auto stated = stated_seconds(in);
    out.ended_at = ended.value_or(in.received_at);
    if (!plausible(out.ended_at, in.received_at)) out.ended_at = in.received_at;
    std::chrono::duration<double> length{stated.value_or(0)};
    if (started && *started <= out.ended_at) length = out.ended_at - *started;
    if (length > call_length_max) length = std::chrono::duration<double>{stated.value_or(0)};
    out.duration_seconds = std::chrono::ceil<seconds>(length).count();
    out.started_at = out.ended_at - std::chrono::round<durable::Duration>(length);
    // Never answered: the call began when it was made, and lasted no time.
    const auto created = in.call.time("createdAt");
    const bool unanswered = !started && !stated && created && *created <= out.ended_at;
    if (unanswered && out.ended_at - *created <= call_length_max) out.started_at = *created;
}

std::int64_t cost_microdollars(const Source& in) {
    const auto cost = first(in.message.number("cost"), in.call.number("cost")).value_or(0);
    if (cost < 0 || cost > 1e6)
        throw FieldError{in.message.path() + ".cost", "expected US dollars, 0 to 1000000"};
    return std::llround(cost * 1e6);
}

std::optional<TranscriptSegment> read_segment(const JsonReader& message, std::optional<Timestamp> began) {
    const std::string role = message.text("role").value_or("");
    const bool assistant = role == "bot" || role == "assistant";
    if (!assistant && role != "user") return std::nullopt;
    TranscriptSegment out;
    out.speaker = assistant ? "assistant" : "caller";
    out.text = first(message.text("message"), message.text("content")).value_or("");
    out.start_seconds = message.number("secondsFromStart").value_or(0);
    const auto time = message.time("time");
    if (!message.number("secondsFromStart") && time && began) {
        out.start_seconds = std::chrono::duration<double>{*time - *began}.count();
    }
    out.start_seconds = std::clamp(out.start_seconds, 0.0, static_cast<double>(call_length_max.count()));
    if (out.text.empty()) return std::nullopt;
    return out;
}

void read_transcript(const Source& in, CallReport& out) {
    auto messages = in.artifact.objects("messages");
    if (messages.empty()) messages = in.message.objects("messages");
    if (messages.empty()) messages = in.call.objects("messages");
    const auto began = messages.empty() ? std::nullopt : messages.front().time("time");
    for (const auto& message : messages) {
        if (auto segment = read_segment(message, began)) out.segments.push_back(std::move(*segment));
    }
    out.transcript =
        first(in.artifact.text("transcript"), in.message.text("transcript"), in.call.text("transcript"))
            .value_or("");
    if (!out.transcript.empty()) return;
    for (const auto& segment : out.segments) {
        out.transcript +=
            fmt::format("{}: {}\n", segment.speaker == "assistant" ? "AI" : "User", segment.text);
    }
}

/// Presigned ones first: the others need a key nowadays.
std::optional<std::string> recording_url(const Source& in) {
    const auto url = first(in.artifact.text("presignedMonoUrl"), in.artifact.text("presignedStereoUrl"),
                           in.artifact.text("recordingUrl"), in.message.text("recordingUrl"),
                           in.call.text("recordingUrl"));
    const bool fetchable = url && (url->starts_with("https://") || url->starts_with("http://"));
    return fetchable && url->size() <= 4096 ? url : std::nullopt;
}

VapiMessage read_report(const Source& in) {
    CallReport out;
    out.call = read_facts(in);
    read_times(in, out);
    out.ended_reason = ended_reason(in);
    out.cost_microdollars = cost_microdollars(in);
    read_transcript(in, out);
    out.recording_url = recording_url(in);
    return out;
}

VapiMessage read_transcript_line(const Source& in, std::string_view type) {
    // The type itself may say it; the older shape knew only final ones.
    const bool final = type != "transcript" || in.message.text("transcriptType").value_or("final") == "final";
    TranscriptLine out;
    out.text = in.message.text("transcript").value_or("");
    if (!final || out.text.empty()) return Ignored{"transcript"};
    out.call = read_facts(in);
    const std::string role = in.message.text("role").value_or("user");
    out.speaker = role == "assistant" || role == "bot" ? "assistant" : "caller";
    out.said_at = in.message.time("timestamp");
    out.at = out.said_at.value_or(in.received_at);
    if (!plausible(out.at, in.received_at)) out.at = in.received_at;
    return out;
}

VapiMessage read_known(const Source& in, std::string_view type) {
    if (type == "end-of-call-report" || type == "call-end") return read_report(in);
    if (type == "status-update") return read_status(in, in.message.text("status").value_or(""));
    if (type == "call-start") return read_status(in, "in-progress");
    if (type == "tool-calls") return read_tool_calls(in);
    if (type == "function-call") return read_function_call(in);
    if (type == "assistant-request") return AssistantRequest{read_facts(in)};
    if (type == "transfer-destination-request") return read_transfer_request(in);
    return read_transcript_line(in, type);
}

VapiMessage read_document(const nlohmann::json& document, Timestamp received_at) {
    static constexpr std::string_view known[] = {
        "end-of-call-report", "call-end",
        "status-update",      "call-start",
        "tool-calls",         "function-call",
        "assistant-request",  "transfer-destination-request",
        "transcript",         R"(transcript[transcriptType="final"])"};
    if (!document.is_object()) return Malformed{422, "body: expected object"};
    const JsonReader body{document};
    const JsonReader message = body.has_object("message") ? body.object("message") : body;
    const auto type = message.text("type");
    if (!type) return Malformed{422, "type: the message's type is missing"};
    if (std::ranges::find(known, *type) == std::end(known)) return Ignored{*type};
    return read_known({message, message.object("call"), message.object("artifact"), received_at}, *type);
}

}  // namespace

VapiMessage read_vapi_message(std::string_view body, Timestamp received_at) {
    try {
        return read_document(nlohmann::json::parse(body), received_at);
    } catch (const nlohmann::json::parse_error& error) {
        return Malformed{400, fmt::format("The body is not JSON (at byte {}).", error.byte)};
    } catch (const nlohmann::json::exception&) {
        return Malformed{400, "The body is not JSON: a number is out of range."};
    } catch (const FieldError& error) {
        return Malformed{422, error.what()};
    }
}

}  // namespace callflex::ingress
