#include "tests/ingress/line.hpp"

#include <fmt/format.h>
#include <stdexcept>

namespace test {

namespace {

using namespace std::chrono_literals;

/// The samples are of one moment; the ingress believes times near its own.
constexpr std::chrono::seconds samples_time = 1795256191s;

void prepare(callflex::ingress::IngressOptions& options) {
    options.now = [] { return std::chrono::system_clock::time_point{samples_time}; };
    options.control_hosts = {"example.invalid"};
}

}  // namespace

Line::Line() : Line{[](auto&) {}} {}

Line::Line(const std::function<void(callflex::ingress::IngressOptions&)>& change)
    : World{[&](auto& options) {
          prepare(options);
          change(options);
      }} {
    set_settings(R"({"transfer_numbers": {"dispatch": ["+15550100300"], "manager": "+15550100302"},
        "notifications": {"sms": ["+15550100400"], "email": ["owner@example.com"]}})");
    database.execute(
        fmt::format("insert into app.assistants (organization_id, id, name, prompt, first_message, status, "
                    "vapi_assistant_id) values "
                    "('{0}', '0199f0a4-0000-7000-8000-0000000000b1', 'A', 'P', 'F', 'active', '{1}');"
                    "insert into app.phone_numbers (organization_id, id, number, vapi_phone_number_id, "
                    "assistant_id) values "
                    "('{0}', '0199f0a4-0000-7000-8000-0000000000c1', '+15550100200', '{2}', "
                    "'0199f0a4-0000-7000-8000-0000000000b1')",
                    organization, vapi_assistant, vapi_number));
}

Answer Line::send(const std::string& body, const char* to) const {
    auto answer =
        exchange(port(), request_with(to, body, fmt::format("X-Vapi-Secret: {}\r\n", platform_secret)));
    if (!answer) throw std::runtime_error{"no answer"};
    return *std::move(answer);
}

Answer Line::sample(const std::string& name, const char* to) const {
    return send(payload(fmt::format("vapi/{}.json", name)), to);
}

std::string Line::tool_call(const std::string& call_id, const std::string& tool_call_id,
                            const std::string& function, const nlohmann::json& arguments) {
    const nlohmann::json body{
        {"message",
         {{"type", "tool-calls"},
          {"call",
           {{"id", call_id},
            {"type", "inboundPhoneCall"},
            {"monitor", {{"controlUrl", "https://control.example.invalid/" + call_id}}}}},
          {"customer", {{"number", "+15550100123"}}},
          {"toolCallList",
           nlohmann::json::array(
               {{{"id", tool_call_id}, {"function", {{"name", function}, {"arguments", arguments}}}}})}}}};
    return body.dump();
}

std::string Line::ask(const std::string& tool_call_id, const std::string& function,
                      const nlohmann::json& arguments) const {
    const auto answer = send(tool_call(call, tool_call_id, function, arguments)).json();
    const auto& result = answer.at("results").at(0);
    return result.contains("result") ? result.at("result") : result.at("error");
}

std::string Line::runs() const {
    return value(
        "select string_agg(type || ' ' || n, ', ' order by type) from (select type, count(*) as n from "
        "engine.runs "
        "group by type) t");
}

void Line::set_settings(const std::string& json) const {
    database.execute(
        fmt::format("update app.organizations set settings = '{}' where id = '{}'", json, organization));
}

}  // namespace test
