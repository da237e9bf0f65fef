#include "activities/templates/tools.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace callflex::templates {

namespace {

using json = nlohmann::ordered_json;

json text(std::string_view description) {
    return {{"type", "string"}, {"description", description}};
}

json choice(std::string_view description, std::initializer_list<std::string_view> options) {
    return {{"type", "string"}, {"enum", options}, {"description", description}};
}

json flag(std::string_view description) {
    return {{"type", "boolean"}, {"description", description}};
}

json function(std::string_view name, std::string_view description, json properties,
              std::initializer_list<std::string_view> required) {
    return {
        {"name", name},
        {"description", description},
        {"parameters", {{"type", "object"}, {"properties", std::move(properties)}, {"required", required}}}};
}

json transfer_call() {
    return function(
        "transferCall",
        "Connect the caller to a person. Use it when the caller asks for one, or when you cannot help. Tell "
        "the caller "
        "that you are connecting them before you use it.",
        {{"destination",
          choice("Who should take the call: dispatch for daily operations, manager for complaints and "
                 "decisions, emergency only when somebody or something is in danger.",
                 {"dispatch", "manager", "emergency"})},
         {"reason", text("Why the caller is connected, in one short sentence.")},
         {"warm",
          flag("True to have the reason told to the person who answers before the caller is connected.")}},
        {"destination"});
}

json log_driver_callout() {
    return function("logDriverCallout",
                    "Record that a driver cannot work or continue, and alert dispatch at once. Ask for the "
                    "driver's name and the "
                    "reason first.",
                    {{"driverName", text("The driver's full name.")},
                     {"reason", choice("Why the driver is out.",
                                       {"sick", "emergency", "vehicle_issue", "personal", "other"})},
                     {"routeNumber", text("The route or load that is affected, if there is one.")},
                     {"expectedReturn", text("When the driver expects to be back, as the driver says it.")},
                     {"additionalNotes", text("Anything else that dispatch has to know.")}},
                    {"driverName", "reason"});
}

json schedule_callback() {
    return function(
        "scheduleCallback",
        "Promise that somebody will call back. Read the number back to the caller before you use it.",
        {{"phoneNumber", text("The number to call, with area code.")},
         {"reason", text("What the call will be about.")},
         {"callerName", text("The caller's name.")},
         {"preferredTime", text("When the caller would like to be called, as the caller says it.")},
         {"urgency", choice("How urgent it is; high only when it cannot wait for the next business day.",
                            {"low", "normal", "high"})}},
        {"phoneNumber", "reason"});
}

json take_message() {
    return function("takeMessage", "Take a message for somebody at the business.",
                    {{"message", text("The message, complete, in the caller's words.")},
                     {"callerName", text("The caller's name.")},
                     {"callerPhone", text("Where the caller can be reached, with area code.")},
                     {"messageFor", text("Who the message is for.")},
                     {"urgent", flag("True when it cannot wait for the next business day.")}},
                    {"message"});
}

json book_appointment() {
    return function(
        "bookAppointment",
        "Book an appointment. Ask for the name, a telephone number and the time first, and repeat them to "
        "the caller. "
        "When the answer says that the business is closed then, offer the time that it names.",
        {{"name", text("The name for the appointment.")},
         {"phone", text("A telephone number with area code; the confirmation is sent there.")},
         {"time", text("Date and time of the appointment in the business' own time, as 2026-11-24T15:30.")},
         {"service", text("What the appointment is for.")},
         {"notes", text("Anything else that matters for it.")}},
        {"name", "phone", "time"});
}

json definition(std::string_view name) {
    if (name == "transferCall") return transfer_call();
    if (name == "logDriverCallout") return log_driver_callout();
    if (name == "scheduleCallback") return schedule_callback();
    if (name == "takeMessage") return take_message();
    return book_appointment();
}

}  // namespace

bool is_function(std::string_view name) {
    return std::ranges::find(function_names, name) != function_names.end();
}

std::string tools_json(const std::vector<std::string>& functions, const ToolServer& server) {
    // VAPI's default; we answer in a fraction of it.
    constexpr int timeout_seconds = 20;
    json at{{"url", server.url}, {"timeoutSeconds", timeout_seconds}};
    if (!server.credential_id.empty()) at["credentialId"] = server.credential_id;
    json out = json::array();
    for (const std::string& name : functions) {
        if (!is_function(name)) continue;
        out.push_back(
            {{"type", "function"}, {"async", false}, {"function", definition(name)}, {"server", at}});
    }
    return out.dump();
}

}  // namespace callflex::templates
