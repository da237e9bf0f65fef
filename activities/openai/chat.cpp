#include "activities/openai/chat.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace callflex::openai {
namespace {

using nlohmann::json;
using Why = NoContent::Why;

const json& member(const json& value, const char* name) {
    static const json nothing;
    if (!value.is_object()) return nothing;
    const auto found = value.find(name);
    return found == value.end() ? nothing : *found;
}

std::string text_of(const json& object, const char* name) {
    const json& value = member(object, name);
    return value.is_string() ? value.get<std::string>() : std::string{};
}

Why why_of(int status, const std::string& code) {
    if (code == "context_length_exceeded") return Why::too_long;
    if (code == "model_not_found" || status == 404) return Why::unknown_model;
    return Why::failed;
}

NoContent read_error(const http::Result& result) {
    const json error = member(json::parse(result.response->body, nullptr, false), "error");
    std::string code = text_of(error, "code");
    if (code.empty()) code = text_of(error, "type");
    VendorFailure failure{.outcome = result.outcome, .retry_after = result.retry_after};
    failure.type = "OpenAI." + (code.empty() ? "http_" + std::to_string(result.status()) : redact(code));
    failure.message = redact(error.is_object() ? text_of(error, "message") : result.reason);
    if (result.status() == 409) failure.outcome = http::Outcome::retryable;
    if (code == "insufficient_quota") failure.outcome = http::Outcome::permanent;
    if (const auto milliseconds = result.response->header("retry-after-ms"); !milliseconds.empty()) {
        // The same number in another unit: parsed as seconds, then divided.
        if (const auto parsed = http::parse_retry_after(milliseconds, {}))
            failure.retry_after = *parsed / 1000;
    }
    return {why_of(result.status(), code), std::move(failure)};
}

NoContent without_content(Why why, std::string message) {
    return {why,
            {.outcome = http::Outcome::retryable, .type = "OpenAI.unusable", .message = std::move(message)}};
}

Answer read_choice(const json& choice) {
    const json& message = member(choice, "message");
    const std::string reason = text_of(choice, "finish_reason");
    if (!text_of(message, "refusal").empty()) return without_content(Why::refused, "the model refused");
    if (reason == "content_filter") return without_content(Why::refused, "stopped by the content filter");
    if (reason == "length") return without_content(Why::truncated, "the answer was cut at its token limit");
    std::string content = text_of(message, "content");
    if (reason != "stop" || content.empty())
        return without_content(Why::unreadable, "no content, finish_reason " + redact(reason));
    return Content{std::move(content)};
}

}  // namespace

http::Request chat_request(const OpenAiConfig& config, const std::string& model, const Question& question) {
    json body{
        {"model", model},
        {"messages",
         {{{"role", "developer"}, {"content", question.instructions}},
          {{"role", "user"}, {"content", question.material}}}},
        {"max_completion_tokens", question.max_completion_tokens},
        {"store", false},
        {"response_format",
         {{"type", "json_schema"},
          {"json_schema",
           {{"name", question.schema_name}, {"strict", true}, {"schema", json::parse(question.schema)}}}}}};
    if (!config.reasoning_effort.empty()) body["reasoning_effort"] = config.reasoning_effort;
    http::Request request;
    request.method = "POST";
    request.url = http::join(config.base_url, "/v1/chat/completions");
    request.headers = {{"Authorization", "Bearer " + config.api_key.reveal()},
                       {"Content-Type", "application/json"},
                       {"Accept", "application/json"}};
    request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
    // Billed twice if it is repeated, and nothing worse.
    request.idempotent = true;
    return request;
}

Answer read_answer(const http::Result& result) {
    if (!result.response) return NoContent{Why::failed, failure_without_answer("OpenAI", result)};
    if (!result.ok()) return read_error(result);
    const json answer = json::parse(result.response->body, nullptr, false);
    const json& choices = member(answer, "choices");
    if (!choices.is_array() || choices.empty())
        return without_content(Why::unreadable, "an answer without choices");
    return read_choice(choices.front());
}

}  // namespace callflex::openai
