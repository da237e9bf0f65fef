#include "activities/vapi/assistants.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "activities/http/encoding.hpp"
#include "activities/templates/tools.hpp"
#include "activities/vapi/limits.hpp"
#include "activities/vendor_json.hpp"

namespace callflex::vapi {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds call_duration{600};
static_assert(call_duration >= call_duration_min && call_duration <= call_duration_max);
constexpr std::string_view goodbye = "Thanks for calling. Goodbye!";
static_assert(goodbye.size() <= end_call_message_characters_max);
constexpr int server_timeout_seconds = 20;
constexpr int server_retries = 5;

std::string path_of(const std::string& id) {
    return "/assistant/" + http::percent_encode(id);
}

std::string webhook_url(const VendorConfig& config, const AssistantSpec& spec) {
    return config.api_url + "/api/webhooks/vapi/" + spec.organization_id;
}

json server_of(const VendorConfig& config, const AssistantSpec& spec) {
    json server{{"url", webhook_url(config, spec)}, {"timeoutSeconds", server_timeout_seconds}};
    if (!config.vapi.credential_id.empty()) server["credentialId"] = config.vapi.credential_id;
    return server;
}

json tools_of(const VendorConfig& config, const AssistantSpec& spec) {
    return json::parse(templates::tools_json(
        spec.functions, {.url = webhook_url(config, spec), .credential_id = config.vapi.credential_id}));
}

json model_of(const VendorConfig& config, const AssistantSpec& spec) {
    return {{"provider", "openai"},
            {"model", spec.model.empty() ? config.vapi.model : spec.model},
            {"temperature", 0.7},
            {"messages", json::array({{{"role", "system"}, {"content", spec.prompt}}})},
            {"tools", tools_of(config, spec)}};
}

/// VAPI sends webhooks once unless it is asked to try again.
json patient_server_of(const VendorConfig& config, const AssistantSpec& spec) {
    json server = server_of(config, spec);
    server["backoffPlan"] = {
        {"type", "exponential"}, {"maxRetries", server_retries}, {"baseDelaySeconds", 1}};
    return server;
}

/// Whoever knows the listening address of a call hears it: we never listen. Steering a call wants the
/// public key where one is configured.
json monitor_plan_of(const VendorConfig& config) {
    return {{"listenEnabled", false},
            {"controlEnabled", true},
            {"controlAuthenticationEnabled", !config.vapi.public_key.empty()}};
}

json parsed_voice(const durable::Payload& voice) {
    return json::parse(voice.json, nullptr, false);
}

std::optional<Assistant> assistant_of(const json& entry) {
    Assistant assistant{.id = text_of(entry, "id"),
                        .name = text_of(entry, "name"),
                        .organization_id = text_of(member(entry, "metadata"), "organizationId"),
                        .op_id = text_of(member(entry, "metadata"), "opId"),
                        .latest_version = {},
                        .created_at = text_of(entry, "createdAt")};
    const json& version = member(entry, "latestVersion");
    if (version.is_string()) assistant.latest_version = version.get<std::string>();
    if (version.is_object()) assistant.latest_version = text_of(version, "id");
    if (version.is_number_integer()) assistant.latest_version = version.dump();
    if (!is_id(assistant.id)) return std::nullopt;
    return assistant;
}

}  // namespace

std::string problem_of(const VendorConfig& config, const AssistantSpec& spec) {
    if (config.api_url.empty()) return "API_URL is not set: VAPI would not know where to send webhooks";
    if (short_name(spec.name).empty()) return "the assistant has no name";
    if (spec.prompt.empty()) return "the prompt is empty";
    if (spec.first_message.empty()) return "the first message is empty";
    const json voice = parsed_voice(spec.voice);
    if (!voice.is_null() && !voice.is_object()) return "the voice is not a JSON object";
    if (voice.is_object() && !voice.empty() && text_of(voice, "provider").empty())
        return "the voice does not name its provider";
    for (const std::string& name : spec.functions) {
        if (!templates::is_function(name)) return "there is no function called " + redact(name);
    }
    return {};
}

json body_of(const VendorConfig& config, const AssistantSpec& spec) {
    json body{{"name", short_name(spec.name)},
              {"firstMessage", spec.first_message},
              {"model", model_of(config, spec)},
              {"transcriber", {{"provider", "deepgram"}, {"model", "nova-2"}, {"language", "en"}}},
              {"endCallMessage", goodbye},
              {"endCallPhrases", {"goodbye"}},
              {"maxDurationSeconds", call_duration.count()},
              {"backgroundSound", "office"},
              {"artifactPlan", {{"recordingEnabled", true}, {"recordingFormat", "mp3"}}},
              {"serverMessages",
               {"status-update", "end-of-call-report", "tool-calls", "transcript[transcriptType=\"final\"]",
                "hang", "transfer-destination-request", "transfer-update", "conversation-update"}},
              {"server", patient_server_of(config, spec)},
              {"monitorPlan", monitor_plan_of(config)},
              {"metadata", {{"organizationId", spec.organization_id}, {"opId", spec.op_id}}}};
    const json voice = parsed_voice(spec.voice);
    if (voice.is_object() && !voice.empty()) body["voice"] = voice;
    return body;
}

http::Request assistant_creation(const VendorConfig& config, const AssistantSpec& spec) {
    return telling(config.vapi, "POST", "/assistant", body_of(config, spec));
}

http::Request assistant_update(const VendorConfig& config, const std::string& id, const AssistantSpec& spec) {
    return telling(config.vapi, "PATCH", path_of(id), body_of(config, spec));
}

http::Request assistant_reading(const VapiConfig& config, const std::string& id) {
    return asking(config, "GET", path_of(id));
}

http::Request assistant_deletion(const VapiConfig& config, const std::string& id) {
    return asking(config, "DELETE", path_of(id));
}

http::Request assistant_listing(const VapiConfig& config, durable::Timestamp created_since) {
    const auto since = std::chrono::floor<std::chrono::seconds>(created_since);
    const std::string time =
        fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(since)));
    http::Request request =
        asking(config, "GET",
               fmt::format("/assistant?limit={}&createdAtGe={}", list_limit_max, http::percent_encode(time)));
    // A thousand assistants with their prompts.
    request.response_bytes_max = std::size_t{32} << 20;
    return request;
}

Answer<Assistant> read_assistant(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    auto assistant = assistant_of(json_of(result));
    if (!assistant) return unreadable("the answer does not name the assistant");
    return *std::move(assistant);
}

Answer<AssistantList> read_assistants(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    const json answer = json_of(result);
    if (!answer.is_array()) return unreadable("the list of assistants is no list");
    AssistantList list;
    list.complete = answer.size() < list_limit_max;
    for (const json& entry : answer) {
        if (auto assistant = assistant_of(entry)) {
            list.assistants.push_back(*std::move(assistant));
        } else {
            list.complete = false;
        }
    }
    return list;
}

std::optional<Assistant> find_by_op(const AssistantList& list, const std::string& op_id) {
    const auto found = std::ranges::find(list.assistants, op_id, &Assistant::op_id);
    if (op_id.empty() || found == list.assistants.end()) return std::nullopt;
    return *found;
}

}  // namespace callflex::vapi
