#include "api/sandbox/openai.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "api/sandbox/model_answer.hpp"

namespace callflex::sandbox {
namespace {

using nlohmann::json;

constexpr int depth_max = 5;

Reply error(int status, const std::string& type, const std::string& code, const std::string& message) {
    return json_reply(
        status, {{"error", {{"message", message}, {"type", type}, {"param", nullptr}, {"code", code}}}});
}

Reply bad_request(const std::string& message) {
    return error(400, "invalid_request_error", "invalid_value", message);
}

bool is_schema_name(const std::string& name) {
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
    });
}

/// What strict mode has against it; "" for nothing.
std::string strict_problem(const json& schema, int depth) {
    if (!schema.is_object() || depth > depth_max)
        return "a schema must be an object, nested at most five deep";
    const bool array = schema.value("type", json{}) == "array";
    if (array)
        return schema.contains("items") ? strict_problem(schema.at("items"), depth + 1)
                                        : "array without items";
    if (schema.value("type", json{}) != "object") return depth == 0 ? "the root must be an object" : "";
    if (schema.value("additionalProperties", json{}) != json(false))
        return "'additionalProperties' must be false";
    const json properties = schema.value("properties", json::object());
    const json required = schema.value("required", json::array());
    for (const auto& [name, property] : properties.items()) {
        if (std::find(required.begin(), required.end(), json(name)) == required.end())
            return fmt::format("'required' must name every property, missing '{}'", name);
        if (std::string problem = strict_problem(property, depth + 1); !problem.empty()) return problem;
    }
    return {};
}

std::string messages_problem(const json& messages) {
    if (!messages.is_array() || messages.empty()) return "'messages' must be a non-empty array";
    for (const json& message : messages) {
        const json role = message.is_object() ? message.value("role", json{}) : json{};
        if (role != "developer" && role != "system" && role != "user" && role != "assistant")
            return "unknown role in 'messages'";
        if (!message.contains("content") || !message.at("content").is_string())
            return "'content' must be a string";
    }
    return {};
}

std::string format_problem(const json& format) {
    if (!format.is_object() || format.value("type", json{}) != "json_schema")
        return "'response_format' must be json_schema";
    const json& inner = format.contains("json_schema") ? format.at("json_schema") : json::object();
    if (!inner.is_object() || !inner.contains("schema"))
        return "'response_format.json_schema.schema' is missing";
    const json name = inner.value("name", json{});
    if (!name.is_string() || !is_schema_name(name.get<std::string>()))
        return "'response_format.json_schema.name' is bad";
    if (inner.value("strict", json{}) != json(true)) return "this sandbox only answers strict schemas";
    return strict_problem(inner.at("schema"), 0);
}

/// Nullopt when OpenAI would answer.
std::optional<Reply> refusal(const json& request) {
    if (!request.is_object()) return bad_request("We could not parse the JSON body of your request.");
    if (request.contains("max_tokens"))
        return error(400, "invalid_request_error", "unsupported_parameter",
                     "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.");
    const json model = request.value("model", json{});
    if (!model.is_string()) return bad_request("you must provide a model parameter");
    const std::string id = model.get<std::string>();
    if (!id.starts_with("gpt-5") && !id.starts_with("sandbox"))
        return error(404, "invalid_request_error", "model_not_found",
                     fmt::format("The model '{}' does not exist", id));
    if (std::string problem = messages_problem(request.value("messages", json{})); !problem.empty())
        return bad_request(problem);
    const json limit = request.value("max_completion_tokens", json(1));
    if (!limit.is_number_integer() || limit.get<int>() < 1)
        return bad_request("'max_completion_tokens' must be positive");
    if (std::string problem = format_problem(request.value("response_format", json{})); !problem.empty())
        return bad_request(fmt::format("Invalid schema for response_format: {}", problem));
    return std::nullopt;
}

std::string user_text(const json& messages) {
    std::string text;
    for (const json& message : messages) {
        if (message.at("role") == "user") text += message.at("content").get<std::string>() + "\n";
    }
    return text;
}

std::size_t tokens_in(const std::string& text) {
    return text.size() / 4 + 1;
}

}  // namespace

Reply OpenAi::failure(int status) const {
    if (status == 429) return error(429, "requests", "rate_limit_exceeded", "Rate limit reached");
    return error(status, "server_error", "server_error",
                 "The server had an error while processing your request.");
}

Reply OpenAi::handle(const Ask& ask) {
    const std::string key = bearer_token(ask);
    if (key.empty() || key == "invalid")
        return error(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided.");
    if (ask.path != "/v1/chat/completions" || ask.method != "POST")
        return error(404, "invalid_request_error", "unknown_url", "Unknown request URL.");
    const json request = parse_json(ask.body);
    if (auto refused = refusal(request)) return *refused;

    const json& format = request.at("response_format").at("json_schema");
    const std::string transcript = user_text(request.at("messages"));
    std::string content = model_answer(format.at("schema"), transcript).dump();
    const std::size_t limit = request.value("max_completion_tokens", std::size_t{1000});
    const bool cut = tokens_in(content) > limit;
    if (cut) content.resize(limit * 4);
    const std::string id = fmt::format("chatcmpl-Sandbox{:06}", next_number_++);
    ledger_.add({.vendor = "openai",
                 .kind = "completion",
                 .id = id,
                 .key = {},
                 .to = {},
                 .from = {},
                 .subject = format.at("name").get<std::string>(),
                 .text = content,
                 .at = iso_time(std::chrono::system_clock::now())});
    const json message{
        {"role", "assistant"}, {"content", content}, {"refusal", nullptr}, {"annotations", json::array()}};
    const json choice{{"index", 0},
                      {"finish_reason", cut ? "length" : "stop"},
                      {"logprobs", nullptr},
                      {"message", message}};
    const std::size_t prompt = tokens_in(transcript);
    const std::size_t completion = tokens_in(content);
    return json_reply(200, {{"id", id},
                            {"object", "chat.completion"},
                            {"model", request.at("model")},
                            {"choices", json::array({choice})},
                            {"usage",
                             {{"prompt_tokens", prompt},
                              {"completion_tokens", completion},
                              {"total_tokens", prompt + completion}}}});
}

}  // namespace callflex::sandbox
