#include "api/sandbox/vapi_calls.hpp"

#include <fmt/format.h>

#include "api/sandbox/body_check.hpp"

namespace callflex::sandbox {
namespace {

using nlohmann::json;

std::vector<std::string> call_problems(const json& body) {
    std::vector<std::string> problems;
    BodyCheck check{body, problems};
    check
        .only({"assistantId", "assistant", "squadId", "workflowId", "phoneNumberId", "phoneNumber",
               "customer", "customers", "name", "schedulePlan", "assistantOverrides", "transport"})
        .required("assistantId")
        .uuid("assistantId")
        .required("phoneNumberId")
        .uuid("phoneNumberId")
        .required("customer")
        .object("customer")
        .text("name", 40)
        .object("assistantOverrides")
        .object("schedulePlan");
    if (const json* customer = check.find("customer")) {
        BodyCheck inner{*customer, problems, "customer."};
        inner
            .only({"number", "name", "externalId", "extension", "email", "numberE164CheckEnabled", "sipUri",
                   "assistantOverrides"})
            .required("number")
            .text("name", 40)
            .text("externalId", 40);
        if (!is_e164(text_member(*customer, "number")))
            inner.problem("number must be a valid phone number in the E.164 format");
    }
    return problems;
}

std::vector<std::string> control_problems(const json& body) {
    std::vector<std::string> problems;
    BodyCheck check{body, problems};
    check.required("type").one_of("type", {"say", "add-message", "control", "end-call", "transfer"});
    const std::string type = text_member(body, "type");
    if (type == "say") check.required("content").text("content").boolean("endCallAfterSpoken");
    if (type == "control")
        check.required("control").one_of("control", {"mute-assistant", "unmute-assistant", "mute-customer",
                                                     "unmute-customer", "say-first-message"});
    if (type != "transfer") return problems;
    const json* destination = check.required("destination").find("destination");
    if (destination == nullptr) return problems;
    BodyCheck inner{*destination, problems, "destination."};
    inner.required("type").one_of("type", {"number", "sip"});
    if (text_member(*destination, "type") == "number" && !is_e164(text_member(*destination, "number")))
        inner.problem("number must be a valid phone number in the E.164 format");
    return problems;
}

}  // namespace

Reply VapiCalls::place(const Ask& ask, const Knows& assistant, const Knows& phone_number) {
    json body = parse_json(ask.body);
    if (const auto problems = call_problems(body); !problems.empty()) return vapi_error(400, problems);
    if (!assistant(text_member(body, "assistantId"))) return vapi_error(400, "Couldn't find assistant");
    if (!phone_number(text_member(body, "phoneNumberId")))
        return vapi_error(400, "Couldn't find phone number");
    const std::string id = made_up_uuid(3, calls_.size() + 1);
    const std::string now = iso_time(std::chrono::system_clock::now());
    body["id"] = id;
    body["type"] = "outboundPhoneCall";
    body["status"] = "queued";
    body["createdAt"] = now;
    body["monitor"] = {{"controlUrl", fmt::format("{}/vapi/control/{}", ask.origin, id)}};
    calls_[id] = body;
    const json& customer = body["customer"];
    ledger_.add({.vendor = "vapi",
                 .kind = "call",
                 .id = id,
                 .key = text_member(customer, "externalId"),
                 .to = text_member(customer, "number"),
                 .from = text_member(body, "phoneNumberId"),
                 .subject = {},
                 .text = {},
                 .at = now});
    return json_reply(201, body);
}

Reply VapiCalls::list(const Ask& ask) const {
    json shown = json::array();
    for (const auto& [id, call] : calls_) {
        const std::string assistant = ask.parameter("assistantId");
        if (assistant.empty() || text_member(call, "assistantId") == assistant) shown.push_back(call);
    }
    return json_reply(200, shown);
}

Reply VapiCalls::read(const Ask& ask, const std::string& id) const {
    if (const auto found = calls_.find(id); found != calls_.end()) return json_reply(200, found->second);
    const std::string recording = fmt::format("{}/vapi/recordings/{}.wav", ask.origin, id);
    const std::string control = fmt::format("{}/vapi/control/{}", ask.origin, id);
    return json_reply(200, {{"id", id},
                            {"status", "ended"},
                            {"artifact", {{"recordingUrl", recording}}},
                            {"monitor", {{"controlUrl", control}}}});
}

Reply VapiCalls::control(const Ask& ask, const std::string& id) {
    const json body = parse_json(ask.body);
    if (const auto problems = control_problems(body); !problems.empty()) return vapi_error(400, problems);
    const std::string type = text_member(body, "type");
    const json destination = body.value("destination", json::object());
    ledger_.add({.vendor = "vapi",
                 .kind = "control",
                 .id = id,
                 .key = {},
                 .to = text_member(destination, "number"),
                 .from = {},
                 .subject = type,
                 .text = text_member(body, "content"),
                 .at = iso_time(std::chrono::system_clock::now())});
    const auto found = calls_.find(id);
    if (type == "end-call" && found != calls_.end()) found->second["status"] = "ended";
    return json_reply(200, {{"status", "ok"}});
}

std::vector<std::string> VapiCalls::violations() const {
    std::map<std::string, int> by_op;
    for (const auto& [id, call] : calls_) {
        const std::string op = text_member(call.value("customer", json::object()), "externalId");
        if (!op.empty()) ++by_op[op];
    }
    std::vector<std::string> lines;
    for (const auto& [op, count] : by_op) {
        if (count > 1) lines.push_back(fmt::format("{} calls were placed for operation {}", count, op));
    }
    return lines;
}

}  // namespace callflex::sandbox
