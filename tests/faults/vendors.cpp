#include "tests/faults/vendors.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "tests/ingress/raw_client.hpp"

namespace test {

std::map<std::string, std::string> worker_settings(const std::string& database_url,
                                                   const std::string& sandbox_url,
                                                   const std::string& secrets_key,
                                                   const std::string& folder) {
    std::map<std::string, std::string> settings = {
        {"DATABASE_URL", database_url},
        {"CALLFLEX_STORAGE_ROOT", folder + "/recordings"},
        {"TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001"},
        {"TWILIO_AUTH_TOKEN", "token"},
        {"TWILIO_SMS_FROM", "+15550100200"},
        {"TWILIO_SETTLE_SECONDS", "1"},
        {"TWILIO_BASE_URL", sandbox_url + "/twilio"},
        {"RESEND_API_KEY", "re_key"},
        {"RESEND_BASE_URL", sandbox_url + "/resend"},
        {"VAPI_API_KEY", "key"},
        {"VAPI_BASE_URL", sandbox_url + "/vapi"},
        {"VAPI_SETTLE_SECONDS", "1"},
        {"VAPI_CONTROL_HOSTS", sandbox_url},
        {"STRIPE_SECRET_KEY", "sk_test_faults"},
        {"STRIPE_METER_ID", "mtr_sandbox"},
        {"STRIPE_SETTLE_SECONDS", "1"},
        {"STRIPE_BASE_URL", sandbox_url + "/stripe"},
        {"API_URL", "http://127.0.0.1:9"},
        {"CALLFLEX_SECRETS_KEY", secrets_key},
        {"WEBHOOK_ALLOW_PRIVATE", "1"},
        {"FAULT_POINTS_FILE", folder + "/points"}};
    if (const char* options = std::getenv("ASAN_OPTIONS")) settings["ASAN_OPTIONS"] = options;
    return settings;
}

nlohmann::json ask_sandbox(const std::string& sandbox_url, const std::string& method,
                           const std::string& target, const std::string& body, const std::string& fields) {
    const auto port = std::stoi(sandbox_url.substr(sandbox_url.rfind(':') + 1));
    const auto answer = exchange(
        static_cast<std::uint16_t>(port),
        fmt::format("{} {} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n{}Content-Length: {}\r\n\r\n{}",
                    method, target, fields, body.size(), body));
    if (!answer || answer->status >= 300) {
        throw std::runtime_error("the sandbox refused " + target + ": " +
                                 (answer ? answer->body : "no answer"));
    }
    return answer->body.empty() ? nlohmann::json{} : answer->json();
}

std::string make_world_folder() {
    const bool memory = std::filesystem::is_directory("/dev/shm");
    const std::filesystem::path base = memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string name = (base / "callflex-faults-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    return name;
}

}  // namespace test
