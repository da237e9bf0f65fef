#include "api/dev/page.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

namespace callflex {
namespace {

/// Bold on a terminal, plain elsewhere or when NO_COLOR is set.
std::string heading(const std::string& text) {
    const bool colour = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    return colour ? "\033[1m" + text + "\033[0m" : text;
}

std::string random_key() {
    unsigned char bytes[crypto_secretbox_KEYBYTES];
    randombytes_buf(bytes, sizeof bytes);
    char text[sodium_base64_ENCODED_LEN(sizeof bytes, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_ORIGINAL);
    return text;
}

}  // namespace

std::string dev_secrets_key(const std::filesystem::path& data, bool ephemeral) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium did not start");
    if (ephemeral) return random_key();
    const auto file = data / "secrets.key";
    if (std::string key; std::getline(std::ifstream{file} >> std::ws, key)) return key;
    const std::string key = random_key();
    std::ofstream{file} << key << '\n';
    std::filesystem::permissions(file,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return key;
}

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

void print_page(const DevPlaces& places, const SeededOrganization& organization, const std::string& data) {
    std::string workers;
    for (const auto& [name, pid] : places.processes) {
        if (name.starts_with("worker"))
            workers += fmt::format("{}{} ({})", workers.empty() ? "" : ", ", name, pid);
    }
    fmt::print("{}\n\n", heading("CallFlex is running."));
    fmt::print("  Ingress       {}\n", places.ingress_url);
    fmt::print("  Sandbox       {}/sandbox/sent   (what the vendors were \"sent\")\n", places.sandbox_url);
    fmt::print("  Database      {}\n", places.database_url);
    fmt::print("  Data          {}\n", data);
    fmt::print("  Workers       {}\n", workers);
    fmt::print("  Logs          {}\n", places.logs.string());
    fmt::print("  Organization  {}  {}\n\n", organization.organization_id, organization.name);
    fmt::print("{}\n\n{}\n\n", heading("End a call (paste into another terminal):"),
               example_curl(places, organization));
    fmt::print("{}\n\n", heading("Then look:"));
    fmt::print("export DATABASE_URL='{}'\n", places.database_url);
    fmt::print(
        "callflex workflow list\ncallflex workflow show --follow call-processing-<id of the call>\n\n");
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
                                      {"logs", places.logs.string()},
                                      {"processes", processes}};
    fmt::print("{}\n", page.dump());
    std::fflush(stdout);
}

}  // namespace callflex
