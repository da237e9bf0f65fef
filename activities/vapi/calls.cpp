#include "activities/vapi/calls.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "activities/http/encoding.hpp"
#include "activities/phone_number.hpp"
#include "activities/vapi/limits.hpp"
#include "activities/vendor_json.hpp"

namespace callflex::vapi {
namespace {

using nlohmann::json;

constexpr std::size_t page_size = 1000;

json variables_of(const OutboundCall& call) {
    return json::parse(call.variables.json, nullptr, false);
}

std::optional<Call> call_of(const json& entry) {
    Call call{.id = text_of(entry, "id"),
              .status = text_of(entry, "status"),
              .ended_reason = text_of(entry, "endedReason"),
              .op_id = text_of(member(entry, "customer"), "externalId"),
              .control_url = text_of(member(entry, "monitor"), "controlUrl")};
    if (call.id.empty()) return std::nullopt;
    return call;
}

}  // namespace

std::string problem_of(const OutboundCall& call) {
    if (!is_id(call.assistant_id)) return "the assistant's id is no UUID";
    if (!is_id(call.phone_number_id)) return "the phone number's id is no UUID";
    if (!is_e164(call.to)) return "the number to call is not E.164";
    if (call.op_id.empty() || characters_in(call.op_id) > name_characters_max)
        return "the operation id has not 1 to 40 characters";
    const json variables = variables_of(call);
    if (!variables.is_null() && !variables.is_object()) return "the variables are not a JSON object";
    return {};
}

http::Request call_creation(const VapiConfig& config, const OutboundCall& call) {
    json customer{{"number", call.to}, {"externalId", call.op_id}};
    if (const std::string name = short_name(call.customer_name); !name.empty()) customer["name"] = name;
    json body{{"assistantId", call.assistant_id},
              {"phoneNumberId", call.phone_number_id},
              {"customer", std::move(customer)},
              {"name", call.op_id}};
    json overrides{{"metadata", {{"opId", call.op_id}}}};
    if (const json variables = variables_of(call); variables.is_object())
        overrides["variableValues"] = variables;
    body["assistantOverrides"] = std::move(overrides);
    return telling(config, "POST", "/call", body);
}

http::Request call_reading(const VapiConfig& config, const std::string& id) {
    return asking(config, "GET", "/call/" + http::percent_encode(id));
}

http::Request call_listing(const VapiConfig& config, const std::string& assistant_id,
                           durable::Timestamp created_since) {
    const auto since = std::chrono::floor<std::chrono::seconds>(created_since);
    const std::string time =
        fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(since)));
    http::Request request =
        asking(config, "GET",
               fmt::format("/call?assistantId={}&limit={}&createdAtGe={}", http::percent_encode(assistant_id),
                           page_size, http::percent_encode(time)));
    request.response_bytes_max = std::size_t{32} << 20;
    return request;
}

Answer<Call> read_call(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    auto call = call_of(json_of(result));
    if (!call) return unreadable("the answer does not name the call");
    return *std::move(call);
}

Answer<CallList> read_calls(const http::Result& result) {
    if (!result.ok()) return failure_of(result);
    const json answer = json_of(result);
    if (!answer.is_array()) return unreadable("the list of calls is no list");
    CallList list;
    list.complete = answer.size() < page_size;
    for (const json& entry : answer) {
        if (auto call = call_of(entry)) {
            list.calls.push_back(*std::move(call));
        } else {
            list.complete = false;
        }
    }
    return list;
}

std::optional<Call> find_by_op(const CallList& list, const std::string& op_id) {
    const auto found = std::ranges::find(list.calls, op_id, &Call::op_id);
    if (op_id.empty() || found == list.calls.end()) return std::nullopt;
    return *found;
}

}  // namespace callflex::vapi
