// Configuration: defaults, files instead of values, and all mistakes at once.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "activities/config.hpp"
#include "activities/vendor_failure.hpp"

using namespace callflex;

namespace {

Environment environment(std::map<std::string, std::string, std::less<>> values) {
    return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional{found->second};
    };
}

std::vector<std::string> problems_of(std::map<std::string, std::string, std::less<>> values) {
    try {
        static_cast<void>(vendor_config(environment(std::move(values))));
    } catch (const ConfigError& error) {
        return error.problems();
    }
    return {};
}

}  // namespace

TEST_CASE("nothing set is a configuration: no vendor, every address the vendor's own") {
    const VendorConfig config = vendor_config(environment({}));
    CHECK_FALSE(config.openai.configured());
    CHECK_FALSE(config.twilio.configured());
    CHECK_FALSE(config.resend.configured());
    CHECK(config.twilio.base_url == "https://api.twilio.com");
    CHECK(config.twilio.settle == std::chrono::seconds{30});
    CHECK(config.openai.models.size() > 1);
}

TEST_CASE("values come from the environment, or from files without their last line break") {
    const auto path = std::filesystem::temp_directory_path() / "callflex-config-test-key";
    std::ofstream{path} << "re_from_file\n";
    const VendorConfig config =
        vendor_config(environment({{"RESEND_API_KEY_FILE", path.string()},
                                   {"RESEND_BASE_URL", "http://127.0.0.1:8081/resend/"},
                                   {"OPENAI_API_KEY", "sk-x"},
                                   {"OPENAI_MODELS", "a, b,"},
                                   {"TWILIO_ACCOUNT_SID", ""}}));
    std::filesystem::remove(path);
    CHECK(config.resend.api_key.reveal() == "re_from_file");
    CHECK(config.resend.base_url == "http://127.0.0.1:8081/resend");
    CHECK(config.openai.models == std::vector<std::string>{"a", "b"});
    CHECK_FALSE(config.twilio.configured());
}

TEST_CASE("all mistakes are told at once, by name, without the values") {
    const auto problems = problems_of({{"TWILIO_ACCOUNT_SID", "hush-hush"},
                                       {"TWILIO_SMS_FROM", "555"},
                                       {"TWILIO_SETTLE_SECONDS", "soon"},
                                       {"OPENAI_BASE_URL", "api.openai.com"},
                                       {"RESEND_API_KEY", "a"},
                                       {"RESEND_API_KEY_FILE", "/no/such/file"},
                                       {"RESEND_FROM", "me"},
                                       {"VAPI_API_KEY", "line\nbreak"}});
    const char* names[] = {"OPENAI_BASE_URL",     "TWILIO_SETTLE_SECONDS", "TWILIO_ACCOUNT_SID",
                           "TWILIO_AUTH_TOKEN",   "TWILIO_SMS_FROM",       "RESEND_API_KEY",
                           "RESEND_API_KEY_FILE", "RESEND_FROM",           "VAPI_API_KEY"};
    std::string all;
    for (const std::string& problem : problems) all += problem + "\n";
    for (const char* name : names) {
        INFO(name);
        CHECK(all.find(std::string{name} + ": ") != std::string::npos);
    }
    CHECK(problems.size() == std::size(names));
    CHECK(all.find("hush-hush") == std::string::npos);
    CHECK(all.find("555") == all.find("5550100200"));
}

TEST_CASE("numbers, addresses and keys are taken out of what vendors say") {
    CHECK(redact("The 'To' number +15550100400 is not valid.") == "The 'To' number <number> is not valid.");
    CHECK(redact("call (555) 010-0400 now") == "call <number> now");
    CHECK(redact("to owner@acme.example, failed") == "to <address> failed");
    CHECK(redact("key sk-abc and re_abc and AC00000000000000000000000000000001") ==
          "key <token> and <token> and <token>");
    CHECK(redact("line\r\nbreak\x01!") == "line break !");
    CHECK(redact("error 21211, status 400") == "error 21211, status 400");
    CHECK(redact(std::string(500, 'x')).size() == 200);
    CHECK(redact(std::string(4090, ' ') + "0123456789abcdef0123456789abcdef") == "");
}

TEST_CASE("exports go to a folder, or to a bucket with a prefix at the S3 store") {
    CHECK(vendor_config(environment({{"CALLFLEX_EXPORT_FOLDER", "/srv/\u00e4rchive"}})).exports.folder ==
          "/srv/\u00e4rchive");
    std::map<std::string, std::string, std::less<>> given{{"CALLFLEX_EXPORT_S3", "archive/callflex/2"},
                                                          {"S3_ENDPOINT", "https://s3.example"},
                                                          {"S3_ACCESS_KEY_ID", "key"},
                                                          {"S3_SECRET_ACCESS_KEY", "secret"}};
    const VendorConfig config = vendor_config(environment(given));
    CHECK(config.exports.bucket == "archive");
    CHECK(config.exports.prefix == "callflex/2");
    CHECK_FALSE(config.s3.configured());  // recordings need a bucket of their own
    given["CALLFLEX_EXPORT_S3"] = "archive";
    CHECK(vendor_config(environment(given)).exports.prefix.empty());

    given["CALLFLEX_EXPORT_FOLDER"] = "/srv/exports";
    CHECK(problems_of(given) ==
          std::vector<std::string>{
              "CALLFLEX_EXPORT_S3: given beside CALLFLEX_EXPORT_FOLDER: remove one of the two"});
    given.erase("CALLFLEX_EXPORT_FOLDER");
    for (const char* wrong :
         {"/", "archive/", "/archive", "a//b", "s3://a/b", "host:9000/b", "a/../b", "a/."}) {
        CAPTURE(wrong);
        given["CALLFLEX_EXPORT_S3"] = wrong;
        CHECK(problems_of(given).size() == 1);
    }
    given["CALLFLEX_EXPORT_S3"] = "archive";
    for (const char* missing : {"S3_ENDPOINT", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"}) {
        auto without = given;
        without.erase(missing);
        CHECK(problems_of(without) ==
              std::vector<std::string>{"CALLFLEX_EXPORT_S3: needs S3_ENDPOINT, S3_ACCESS_KEY_ID and "
                                       "S3_SECRET_ACCESS_KEY"});
    }
}
