// Messages that somebody on the line waits for the answer of: tool calls in all the spellings that have been
// seen, and requests for an assistant or a destination.

#include <fmt/format.h>
#include <algorithm>

#include "activities/http/encoding.hpp"
#include "api/http/json_guard.hpp"
#include "api/ingress/text.hpp"
#include "api/ingress/vapi_source.hpp"

namespace callflex::ingress {

namespace {

constexpr std::size_t functions_max = 64;
constexpr std::size_t id_max = 200;
constexpr std::size_t url_max = 2048;

std::string call_id(const Source& in) {
    const auto id = in.call.text("id");
    if (!id || id->empty()) throw FieldError{in.call.path() + ".id", "the call's id is missing"};
    const bool visible = std::ranges::all_of(*id, [](char c) { return c > 0x20 && c < 0x7f; });
    if (id->size() > 128 || !visible) {
        throw FieldError{in.call.path() + ".id", "expected 1 to 128 visible ASCII characters"};
    }
    return *id;
}

/// An object, or a JSON text of one; nothing given counts as an empty one. "" for anything else.
std::string arguments_json(const nlohmann::json* value) {
    if (value == nullptr) return "{}";
    if (value->is_object()) return value->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (!value->is_string()) return {};
    const auto& text = value->get_ref<const std::string&>();
    if (text.empty()) return "{}";
    if (http::refuse_json(text)) return {};
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    return parsed.is_object() ? parsed.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) : "";
}

/// VAPI writes the same thing as function.arguments, arguments, function.parameters and parameters.
const nlohmann::json* find_arguments(const JsonReader& call) {
    const JsonReader function = call.object("function");
    for (const char* name : {"arguments", "parameters"}) {
        if (const auto* value = function.raw(name)) return value;
        if (const auto* value = call.raw(name)) return value;
    }
    return nullptr;
}

AskedFunction asked(const std::string& vapi_call_id, std::string id, std::string name,
                    const nlohmann::json* arguments) {
    AskedFunction out;
    out.tool_call_id = std::move(id);
    out.name = std::move(name);
    out.arguments_json = arguments_json(arguments);
    const bool usable = !out.tool_call_id.empty() && out.tool_call_id.size() <= id_max;
    out.key = usable ? out.tool_call_id
                     : "digest:" + callflex::http::sha256_hex(
                                       fmt::format("{}\n{}\n{}", vapi_call_id, out.name, out.arguments_json));
    return out;
}

/// The list of today, or the calls in the other list when there is none.
std::vector<JsonReader> listed_calls(const Source& in) {
    auto list = in.message.objects("toolCallList");
    if (!list.empty()) return list;
    for (const JsonReader& entry : in.message.objects("toolWithToolCallList"))
        list.push_back(entry.object("toolCall"));
    return list;
}

std::string control_url(const Source& in) {
    const std::string url = in.call.object("monitor").text("controlUrl").value_or("");
    return url.size() <= url_max ? url : "";
}

}  // namespace

CallFacts read_facts(const Source& in) {
    CallFacts facts;
    facts.vapi_call_id = call_id(in);
    facts.vapi_assistant_id =
        first(in.call.text("assistantId"), in.call.object("assistant").text("id")).value_or("");
    facts.vapi_phone_number_id =
        first(in.call.text("phoneNumberId"), in.call.object("phoneNumber").text("id")).value_or("");
    const std::string type = in.call.text("type").value_or("");
    if (type == "outboundPhoneCall") facts.direction = "outbound";
    if (type == "webCall" || type == "vapi.websocketCall") facts.direction = "web";
    facts.from_number = phone_number(
        first(in.message.object("customer").text("number"), in.call.object("customer").text("number"))
            .value_or(""));
    facts.to_number = phone_number(
        first(in.message.object("phoneNumber").text("number"), in.call.object("phoneNumber").text("number"))
            .value_or(""));
    // The customer is who we talk to; in an outbound call that is who is called.
    if (facts.direction == "outbound") std::swap(facts.from_number, facts.to_number);
    return facts;
}

VapiMessage read_tool_calls(const Source& in) {
    ToolCalls out;
    out.call = read_facts(in);
    out.control_url = control_url(in);
    const auto calls = listed_calls(in);
    if (calls.empty()) throw FieldError{in.message.path() + ".toolCallList", "holds no tool calls"};
    if (calls.size() > functions_max) {
        throw FieldError{in.message.path() + ".toolCallList",
                         fmt::format("holds more than {} tool calls", functions_max)};
    }
    for (const JsonReader& call : calls) {
        auto name = first(call.object("function").text("name"), call.text("name")).value_or("");
        out.functions.push_back(asked(out.call.vapi_call_id, call.text("id").value_or(""), std::move(name),
                                      find_arguments(call)));
    }
    return out;
}

VapiMessage read_function_call(const Source& in) {
    ToolCalls out;
    out.call = read_facts(in);
    out.control_url = control_url(in);
    out.legacy = true;
    if (!in.message.has_object("functionCall")) {
        throw FieldError{in.message.path() + ".functionCall", "the function call is missing"};
    }
    const JsonReader call = in.message.object("functionCall");
    // The older message has no id: what is asked, within its call, is what tells two of them apart.
    out.functions.push_back(
        asked(out.call.vapi_call_id, {}, call.text("name").value_or(""), find_arguments(call)));
    return out;
}

VapiMessage read_transfer_request(const Source& in) {
    TransferRequest out;
    out.call = read_facts(in);
    const JsonReader asked_for = in.message.object("functionCall").object("parameters");
    out.destination = asked_for.text("destination").value_or("");
    return out;
}

}  // namespace callflex::ingress
