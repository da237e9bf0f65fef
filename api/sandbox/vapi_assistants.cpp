#include "api/sandbox/vapi_assistants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "api/sandbox/body_check.hpp"

namespace callflex::sandbox {
namespace {

using nlohmann::json;

constexpr std::size_t list_default = 100;
constexpr std::size_t list_max = 1000;

const std::vector<std::string> members{"transcriber",
                                       "model",
                                       "voice",
                                       "firstMessage",
                                       "firstMessageInterruptionsEnabled",
                                       "firstMessageMode",
                                       "voicemailDetection",
                                       "clientMessages",
                                       "serverMessages",
                                       "maxDurationSeconds",
                                       "backgroundSound",
                                       "modelOutputInMessagesEnabled",
                                       "transportConfigurations",
                                       "observabilityPlan",
                                       "credentials",
                                       "credentialIds",
                                       "hooks",
                                       "name",
                                       "voicemailMessage",
                                       "endCallMessage",
                                       "endCallPhrases",
                                       "compliancePlan",
                                       "metadata",
                                       "backgroundSpeechDenoisingPlan",
                                       "analysisPlan",
                                       "artifactPlan",
                                       "startSpeakingPlan",
                                       "stopSpeakingPlan",
                                       "monitorPlan",
                                       "server",
                                       "keypadInputPlan"};

const std::vector<std::string> server_messages{"assistant-request",
                                               "assistant.started",
                                               "conversation-update",
                                               "end-of-call-report",
                                               "function-call",
                                               "hang",
                                               "handoff-destination-request",
                                               "language-change-detected",
                                               "model-output",
                                               "phone-call-control",
                                               "speech-update",
                                               "status-update",
                                               "tool-calls",
                                               "transcript",
                                               "transcript[transcriptType=\"final\"]",
                                               "transfer-destination-request",
                                               "transfer-update",
                                               "user-interrupted",
                                               "voice-input"};

void check_server(const json& server, std::vector<std::string>& problems, const std::string& path) {
    BodyCheck check{server, problems, path};
    check
        .only({"url", "timeoutSeconds", "credentialId", "headers", "backoffPlan", "staticIpAddressesEnabled",
               "encryptedPaths"})
        .required("url")
        .url("url")
        .number("timeoutSeconds", 1, 300)
        .text("credentialId")
        .object("backoffPlan");
    if (const json* plan = check.find("backoffPlan")) {
        BodyCheck{*plan, problems, path + "backoffPlan."}
            .only({"type", "maxRetries", "baseDelaySeconds", "excludedStatusCodes"})
            .one_of("type", {"fixed", "exponential"})
            .number("maxRetries", 0, 10)
            .number("baseDelaySeconds", 0, 10);
    }
}

bool is_function_name(const std::string& name) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    return !name.empty() && name.size() <= 64 && name.find_first_not_of(allowed) == std::string::npos;
}

void check_tool(const json& tool, std::vector<std::string>& problems, const std::string& path) {
    BodyCheck check{tool, problems, path};
    check.only({"type", "async", "function", "server", "messages", "destinations", "variableExtractionPlan"})
        .required("type")
        .one_of("type", {"function", "transferCall", "endCall", "dtmf"})
        .boolean("async");
    if (const json* server = check.find("server")) check_server(*server, problems, path + "server.");
    if (text_member(tool, "type") != "function") return;
    const json* function = check.find("function");
    if (function == nullptr || !is_function_name(text_member(*function, "name")))
        check.problem("function.name must match ^[a-zA-Z0-9_-]{1,64}$");
}

void check_model(const json& model, std::vector<std::string>& problems) {
    BodyCheck check{model, problems, "model."};
    check
        .only({"provider", "model", "temperature", "maxTokens", "messages", "tools", "toolIds",
               "knowledgeBase", "emotionRecognitionEnabled", "fallbackModels", "numFastTurns",
               "toolStrictCompatibilityMode"})
        .required("provider")
        .one_of("provider",
                {"openai", "anthropic", "google", "groq", "azure-openai", "custom-llm", "mistral"})
        .required("model")
        .text("model")
        .number("temperature", 0, 2)
        .number("maxTokens", 50, 10'000);
    if (const json* messages = check.find("messages")) {
        for (const json& message : *messages) {
            BodyCheck{message, problems, "model.messages."}
                .required("role")
                .one_of("role", {"assistant", "function", "user", "system", "tool"})
                .required("content")
                .text("content", 1'000'000);
        }
    }
    if (const json* tools = check.find("tools")) {
        for (const json& tool : *tools) check_tool(tool, problems, "model.tools.");
    }
}

void check_parts(const BodyCheck& body, std::vector<std::string>& problems) {
    if (const json* model = body.find("model")) check_model(*model, problems);
    if (const json* server = body.find("server")) check_server(*server, problems, "server.");
    if (const json* voice = body.find("voice"))
        BodyCheck{*voice, problems, "voice."}.required("provider").text("provider").required("voiceId");
    if (const json* transcriber = body.find("transcriber"))
        BodyCheck{*transcriber, problems, "transcriber."}.required("provider").text("provider");
    if (const json* plan = body.find("artifactPlan"))
        BodyCheck{*plan, problems, "artifactPlan."}
            .boolean("recordingEnabled")
            .one_of("recordingFormat", {"wav;l16", "mp3"});
    if (const json* plan = body.find("monitorPlan"))
        BodyCheck{*plan, problems, "monitorPlan."}
            .only({"listenEnabled", "listenAuthenticationEnabled", "controlEnabled",
                   "controlAuthenticationEnabled"})
            .boolean("listenEnabled")
            .boolean("controlEnabled")
            .boolean("controlAuthenticationEnabled");
}

std::string second_of(const std::string& time) {
    return time.substr(0, std::min<std::size_t>(time.size(), 19));
}

/// ISO times of one zone compare as texts, here by the second.
bool passes_times(const Ask& ask, const json& assistant) {
    const std::string created = second_of(text_member(assistant, "createdAt"));
    const auto limit = [&](const char* name) { return second_of(ask.parameter(name)); };
    if (const auto t = limit("createdAtGe"); !t.empty() && created < t) return false;
    if (const auto t = limit("createdAtGt"); !t.empty() && created <= t) return false;
    if (const auto t = limit("createdAtLe"); !t.empty() && created > t) return false;
    if (const auto t = limit("createdAtLt"); !t.empty() && created >= t) return false;
    return true;
}

std::size_t limit_of(const Ask& ask) {
    std::size_t limit = list_default;
    const std::string text = ask.parameter("limit");
    std::from_chars(text.data(), text.data() + text.size(), limit);
    return std::min(limit, list_max);
}

}  // namespace

std::vector<std::string> assistant_problems(const json& body, bool creating) {
    std::vector<std::string> problems;
    BodyCheck check{body, problems};
    check.only(members)
        .text("name", 40)
        .text("firstMessage")
        .text("endCallMessage", 1000)
        .text("voicemailMessage", 1000)
        .text("backgroundSound", 1000)
        .number("maxDurationSeconds", 10, 43'200)
        .list_of("serverMessages", server_messages)
        .object("metadata")
        .object("model")
        .object("voice");
    if (creating && check.find("model") == nullptr) check.problem("model should not be empty");
    if (const json* phrases = check.find("endCallPhrases")) {
        for (const json& phrase : *phrases) {
            if (!phrase.is_string() || script_length(phrase.get<std::string>()) > 140)
                check.problem("each value in endCallPhrases must be shorter than or equal to 140 characters");
        }
    }
    check_parts(check, problems);
    return problems;
}

Reply VapiAssistants::handle(const Ask& ask, const std::string& rest,
                             const std::function<bool(const std::string&)>& pinned) {
    if (rest.empty() && ask.method == "POST") return create(ask);
    if (rest.empty() && ask.method == "GET") return list(ask);
    const std::string id = rest.empty() ? rest : rest.substr(1);
    if (!is_uuid(id)) return vapi_error(400, "id must be a UUID");
    const auto found = assistants_.find(id);
    if (found == assistants_.end()) return vapi_error(404, "Couldn't find assistant");
    if (ask.method == "GET") return json_reply(200, found->second);
    if (ask.method == "PATCH") return update(ask, found->second);
    if (ask.method != "DELETE") return vapi_error(404, "Cannot " + ask.method + " " + ask.path);
    if (pinned(id))
        return json_reply(409, {{"error", "assistant_pinned"}, {"message", "A phone number uses it."}});
    const json gone = found->second;
    assistants_.erase(found);
    ++deleted_;
    return json_reply(200, gone);
}

Reply VapiAssistants::create(const Ask& ask) {
    json body = parse_json(ask.body);
    if (const auto problems = assistant_problems(body, true); !problems.empty())
        return vapi_error(400, problems);
    const std::string id = made_up_uuid(1, ++created_);
    const std::string now = iso_time(std::chrono::system_clock::now());
    body["id"] = id;
    body["orgId"] = made_up_uuid(0, 1);
    body["createdAt"] = now;
    body["updatedAt"] = now;
    body["latestVersion"] = 1;
    assistants_[id] = body;
    return json_reply(201, body);
}

Reply VapiAssistants::update(const Ask& ask, json& assistant) {
    const json body = parse_json(ask.body);
    if (const auto problems = assistant_problems(body, false); !problems.empty())
        return vapi_error(400, problems);
    for (const auto& [name, value] : body.items()) assistant[name] = value;
    assistant["updatedAt"] = iso_time(std::chrono::system_clock::now());
    assistant["latestVersion"] = assistant["latestVersion"].get<int>() + 1;
    return json_reply(200, assistant);
}

Reply VapiAssistants::list(const Ask& ask) const {
    json shown = json::array();
    for (const auto& [id, assistant] : assistants_) {
        if (shown.size() < limit_of(ask) && passes_times(ask, assistant)) shown.push_back(assistant);
    }
    return json_reply(200, shown);
}

std::vector<std::string> VapiAssistants::ids() const {
    std::vector<std::string> all;
    for (const auto& [id, assistant] : assistants_) all.push_back(id);
    return all;
}

std::vector<std::string> VapiAssistants::violations() const {
    std::map<std::string, int> by_op;
    for (const auto& [id, assistant] : assistants_) {
        const std::string op = text_member(assistant.value("metadata", json::object()), "opId");
        if (!op.empty()) ++by_op[op];
    }
    std::vector<std::string> lines;
    for (const auto& [op, count] : by_op) {
        if (count > 1) lines.push_back(fmt::format("{} assistants were made for operation {}", count, op));
    }
    return lines;
}

void VapiAssistants::clear() {
    assistants_.clear();
    created_ = 0;
    deleted_ = 0;
}

}  // namespace callflex::sandbox
