#include "api/dev/page.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace callflex {
namespace {

/// Bold on a terminal, plain elsewhere or when NO_COLOR is set.
std::string heading(const std::string& text) {
    const bool colour = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    return colour ? "\033[1m" + text + "\033[0m" : text;
}

}  // namespace

std::string example_curl(const DevPlaces& places, const SeededOrganization& organization) {
    return fmt::format(
        R"(curl -sS {}/api/webhooks/vapi/{} \
  -H 'content-type: application/json' -H 'x-vapi-secret: {}' \
  -d '{{"message":{{"type":"end-of-call-report","call":{{"id":"demo-'$RANDOM$RANDOM'","type":"inboundPhoneCall"}},
       "customer":{{"number":"+15550100123"}},"phoneNumber":{{"number":"+15550100200"}},
       "startedAt":"'$(date -u -d '-2 min' +%FT%TZ)'","endedAt":"'$(date -u +%FT%TZ)'",
       "endedReason":"customer-ended-call","cost":0.21,"artifact":{{"transcript":
       "AI: Hello, how can I help?\nUser: This is Pat. My furnace stopped and I need somebody today."}}}}}}')",
        places.ingress_url, organization.organization_id, organization.vapi_secret);
}

void write_environment(const DevPlaces& places) {
    std::ofstream file{places.environment_file, std::ios::trunc};
    std::filesystem::permissions(places.environment_file,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    for (const auto& [name, value] : places.environment) file << "export " << name << "='" << value << "'\n";
    file.close();
    if (!file) throw std::runtime_error("cannot write " + places.environment_file.string());
}

void print_page(const DevPlaces& places, const SeededOrganization& organization, const std::string& data) {
    std::string workers;
    for (const auto& [name, pid] : places.processes) {
        if (name.starts_with("worker"))
            workers += fmt::format("{}{} ({})", workers.empty() ? "" : ", ", name, pid);
    }
    fmt::print("{}\n\n", heading("CallFlex is running."));
    fmt::print("  Ingress       {}\n", places.ingress_url);
    fmt::print(
        "  Sandbox       {}/sandbox   (what the vendors were \"sent\", and switches to make them fail)\n",
        places.sandbox_url);
    fmt::print("  Live events   curl -N '{}'\n", places.live_url);
    fmt::print("  Database      {}\n", places.database_url);
    fmt::print("  Data          {}\n", data);
    fmt::print("  Workers       {}\n", workers);
    fmt::print("  Logs          {}\n", places.logs.string());
    fmt::print("  Organization  {}  {}\n\n", organization.organization_id, organization.name);
    fmt::print("{}\n\n{}\n\n", heading("End a call (paste into another terminal):"),
               example_curl(places, organization));
    fmt::print("{}\n\n", heading("Then look:"));
    fmt::print("source {}\n", places.environment_file.string());
    fmt::print(
        "callflex workflow list                                            # then: workflow show --follow "
        "ID\n"
        "callflex call list --organization northside-heating               # then: call show ID\n"
        "callflex webhook delivery list --organization northside-heating   # what its own system was told\n"
        "callflex schedule list                                            # what happens by itself\n"
        "callflex doctor                                                   # what is configured\n\n");
    fmt::print("{}\n\n", heading("Set a business up, from its assistant to its number:"));
    fmt::print(
        "callflex org create 'Acme Freight' --owner-email pat@acme.example\n"
        "callflex onboarding start --organization acme-freight -t general-receptionist --area-code 415 \\\n"
        "  --set businessName='Acme Freight' --set businessDescription='We move freight'\n"
        "callflex onboarding state --organization acme-freight\n\n");
    fmt::print("Ctrl-C stops everything.\n");
    std::fflush(stdout);
}

void print_json(const DevPlaces& places, const SeededOrganization& organization) {
    nlohmann::ordered_json processes{{"postgres", places.postgres}};
    for (const auto& [name, pid] : places.processes) processes[name] = pid;
    const nlohmann::ordered_json page{{"database_url", places.database_url},
                                      {"owner_database_url", places.owner_url},
                                      {"ingress_url", places.ingress_url},
                                      {"sandbox_url", places.sandbox_url},
                                      {"organization_id", organization.organization_id},
                                      {"vapi_secret", organization.vapi_secret},
                                      {"webhook_endpoint", organization.webhook_endpoint},
                                      {"live_url", places.live_url},
                                      {"environment", places.environment_file.string()},
                                      {"logs", places.logs.string()},
                                      {"processes", processes}};
    fmt::print("{}\n", page.dump());
    std::fflush(stdout);
}

}  // namespace callflex
