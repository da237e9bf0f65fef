#include "api/sandbox/vapi_numbers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/sandbox/body_check.hpp"

namespace callflex::sandbox {
namespace {

using nlohmann::json;

constexpr const char* voice_url = "https://api.vapi.ai/twilio/inbound_call";
constexpr const char* messaging_url = "https://api.vapi.ai/twilio/sms";

const std::vector<std::string> import_members{"provider",
                                              "number",
                                              "twilioAccountSid",
                                              "twilioAuthToken",
                                              "twilioApiKey",
                                              "twilioApiSecret",
                                              "smsEnabled",
                                              "assistantId",
                                              "workflowId",
                                              "squadId",
                                              "name",
                                              "server",
                                              "fallbackDestination",
                                              "hooks"};

std::vector<std::string> import_problems(const json& body) {
    std::vector<std::string> problems;
    BodyCheck check{body, problems};
    check.only(import_members)
        .required("provider")
        .one_of("provider", {"twilio"})
        .required("number")
        .required("twilioAccountSid")
        .text("twilioAccountSid")
        .text("name", 40)
        .boolean("smsEnabled")
        .uuid("assistantId");
    if (!is_e164(text_member(body, "number"))) check.problem("number must be a valid phone number");
    const bool key = check.find("twilioApiKey") != nullptr && check.find("twilioApiSecret") != nullptr;
    if (check.find("twilioAuthToken") == nullptr && !key)
        check.problem("twilioAuthToken should not be empty");
    return problems;
}

std::vector<std::string> change_problems(const json& body) {
    std::vector<std::string> problems;
    BodyCheck{body, problems}
        .only({"provider", "assistantId", "workflowId", "squadId", "name", "server", "fallbackDestination",
               "hooks", "number", "twilioAccountSid", "twilioAuthToken", "twilioApiKey", "twilioApiSecret",
               "smsEnabled"})
        .one_of("provider", {"twilio"})
        .text("name", 40)
        .boolean("smsEnabled")
        .uuid("assistantId");
    return problems;
}

/// What VAPI shows of it: no secrets.
json shown(json number) {
    number.erase("twilioAuthToken");
    number.erase("twilioApiSecret");
    return number;
}

}  // namespace

Reply VapiNumbers::handle(const Ask& ask, const std::string& rest, const KnowsAssistant& knows) {
    if (rest.empty() && ask.method == "POST") return import(ask, knows);
    const std::string id = rest.empty() ? rest : rest.substr(1);
    if (!is_uuid(id)) return vapi_error(400, "id must be a UUID");
    const auto found = numbers_.find(id);
    if (found == numbers_.end()) return vapi_error(404, "Couldn't find phone number");
    if (ask.method == "GET") return json_reply(200, shown(found->second));
    if (ask.method == "PATCH") return change(ask, found->second, knows);
    if (ask.method != "DELETE") return vapi_error(404, "Cannot " + ask.method + " " + ask.path);
    const json gone = shown(found->second);
    numbers_.erase(found);
    return json_reply(200, gone);
}

Reply VapiNumbers::import(const Ask& ask, const KnowsAssistant& knows) {
    json body = parse_json(ask.body);
    if (const auto problems = import_problems(body); !problems.empty()) return vapi_error(400, problems);
    const std::string assistant = text_member(body, "assistantId");
    if (!assistant.empty() && !knows(assistant)) return vapi_error(400, "Couldn't find assistant");
    BookedNumber* booked = book_.owned(text_member(body, "number"));
    if (booked == nullptr || booked->account != text_member(body, "twilioAccountSid"))
        return vapi_error(400, "Number not found on Twilio.");
    booked->voice_url = voice_url;
    if (body.value("smsEnabled", true)) booked->sms_url = messaging_url;
    const std::string id = made_up_uuid(2, ++imported_);
    const std::string now = iso_time(std::chrono::system_clock::now());
    body["id"] = id;
    body["orgId"] = made_up_uuid(0, 1);
    body["status"] = "active";
    body["createdAt"] = now;
    body["updatedAt"] = now;
    numbers_[id] = body;
    return json_reply(201, shown(body));
}

Reply VapiNumbers::change(const Ask& ask, json& number, const KnowsAssistant& knows) {
    const json body = parse_json(ask.body);
    if (const auto problems = change_problems(body); !problems.empty()) return vapi_error(400, problems);
    const std::string assistant = text_member(body, "assistantId");
    if (!assistant.empty() && !knows(assistant)) return vapi_error(400, "Couldn't find assistant");
    for (const auto& [name, value] : body.items()) number[name] = value;
    number["updatedAt"] = iso_time(std::chrono::system_clock::now());
    return json_reply(200, shown(number));
}

Reply VapiNumbers::search(const Ask& ask) const {
    const std::string wanted = ask.parameter("search");
    if (script_length(wanted) > 100)
        return vapi_error(400, "search must be shorter than or equal to 100 characters");
    json results = json::array();
    for (const auto& [id, number] : numbers_) {
        const bool matches = text_member(number, "number").find(wanted) != std::string::npos ||
                             text_member(number, "name").find(wanted) != std::string::npos;
        if (matches) results.push_back(shown(number));
    }
    const std::size_t total = results.size();
    return json_reply(200,
                      {{"results", std::move(results)},
                       {"metadata", {{"itemsPerPage", 100}, {"totalItems", total}, {"currentPage", 1}}}});
}

bool VapiNumbers::use(const std::string& assistant_id) const {
    return std::ranges::any_of(numbers_, [&](const auto& entry) {
        return text_member(entry.second, "assistantId") == assistant_id;
    });
}

std::vector<std::string> VapiNumbers::violations() const {
    std::map<std::string, int> by_number;
    for (const auto& [id, number] : numbers_) ++by_number[text_member(number, "number")];
    std::vector<std::string> lines;
    for (const auto& [number, count] : by_number) {
        if (count > 1) lines.push_back(fmt::format("{} was imported {} times", number, count));
        if (book_.owned(number) == nullptr) lines.push_back(number + " is imported, but nobody's at Twilio");
    }
    return lines;
}

void VapiNumbers::clear() {
    numbers_.clear();
    imported_ = 0;
}

}  // namespace callflex::sandbox
