// The configuration: file, environment, credentials; everything that is wrong at once, no value ever shown; and
// what the package and the guide say of it.

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "activities/config.hpp"
#include "api/config/keys.hpp"
#include "api/config/settings.hpp"
#include "api/config/values.hpp"
#include "api/ingress/options.hpp"
#include "api/worker_daemon.hpp"
#include "engine/payloads/settings.hpp"
#include "tests/cli/console.hpp"

namespace test {
namespace {

using callflex::config::Key;
using nlohmann::json;

/// A folder with a configuration file and files of secrets; gone at the end.
class Folder {
  public:
    Folder() : path_("/tmp/callflex-config-" + std::to_string(::getpid())) {
        std::filesystem::create_directories(path_);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
        const auto file = path_ / name;
        std::ofstream{file} << text;
        REQUIRE(::chmod(file.c_str(), mode) == 0);
        return file;
    }
    [[nodiscard]] std::string path() const { return path_; }

  private:
    std::filesystem::path path_;
};

Printed check(const std::string& file) {
    return callflex({"config", "check", "--config", file});
}

/// Of one key: {key, variable, value | set, from}.
json printed(const std::string& file, const std::string& name) {
    const json all = callflex({"config", "print", "-o", "json", "--config", file}).json();
    for (const json& row : all) {
        if (row.at("key") == name) return row;
    }
    FAIL("no key " << name);
    return {};
}

std::string page(const std::string& path) {
    std::ifstream file{std::string{CALLFLEX_SOURCE_DIR} + "/" + path};
    REQUIRE(file.is_open());
    return {std::istreambuf_iterator<char>(file), {}};
}

/// "#key = value" becomes "key = value".
std::string uncommented(const std::string& text) {
    std::istringstream lines{text};
    std::string result;
    for (std::string line; std::getline(lines, line);) {
        const bool key = line.starts_with("#") && !line.starts_with("# ");
        result += (key ? line.substr(1) : line) + "\n";
    }
    return result;
}

}  // namespace

TEST_CASE(
    "everything that is wrong with a configuration file is told at once, with its line and what is allowed") {
    const Folder folder;
    const auto wrong = check(folder.write("callflex.toml", R"(listen = "127.0.0.1:1"
[twillio]
sms_from = "+15550100200"
[twilio]
settle = 30
auth_tokn = "zebra"
[webhooks]
timeout = "5m"
allow_private = "yes"
deny = ["10.0.0.0/8", "zebra"]
give_up = "90m"
[payloads]
limit = "65 MiB"
[worker]
log = "zebra"
run_slots = 0
[ingress]
requests_per_minute = "100"
[stripe]
webhook_secret = ["whsec_1", "zebra"]
)"));
    CHECK(wrong.code == 2);
    for (const char* expected :
         {":1: listen: there is no such key; did you mean ingress.listen?",
          ":3: twillio.sms_from: there is no such key; did you mean twilio.sms_from?",
          ":5: twilio.settle: is an integer; expected a duration in whole seconds from 1s to 10m",
          ":6: twilio.auth_tokn: there is no such key; did you mean twilio.auth_token?",
          ":8: webhooks.timeout: expected a duration in whole seconds from 1s to 30s",
          ":9: webhooks.allow_private: is a text; expected true or false",
          ":10: webhooks.deny: expected networks such as 198.51.100.0/24",
          ":11: webhooks.give_up: expected a duration in whole hours from 1h to 720h",
          ":13: payloads.limit: expected a size from 1 KiB to 64 MiB",
          ":15: worker.log: expected one of text, json",
          ":16: worker.run_slots: expected a whole number from 1 to 1000000",
          ":18: ingress.requests_per_minute: is a text; expected a whole number",
          ":20: stripe.webhook_secret: expected one or several that begin with whsec_"}) {
        CAPTURE(expected);
        CHECK(wrong.err.find(expected) != std::string::npos);
    }
    CHECK(wrong.err.find("zebra") == std::string::npos);
}

TEST_CASE(
    "no command works with a configuration file that is wrong, and daemons refuse a wrong environment, too") {
    const Folder folder;
    const std::string file = folder.write("callflex.toml", "[worker]\nrun_slotz = 3\n");
    const Variable url{"DATABASE_URL", "host=/nonexistent dbname=x"};
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"workflow", "list"}, {"worker"}, {"ingress"}, {"migrate"}}) {
        auto arguments = command;
        arguments.insert(arguments.end(), {"--config", file});
        const auto refused = callflex(arguments);
        CAPTURE(command.front());
        CHECK(refused.code == 2);
        CHECK(refused.err.find("did you mean worker.run_slots?") != std::string::npos);
    }
    const Variable rate{"CALLFLEX_REQUESTS_PER_MINUTE", "zebra"};
    const Variable wait{"WEBHOOK_TIMEOUT_SECONDS", "31"};
    // Not this machine's: one that starts all the same ends at once.
    const Variable listen{"CALLFLEX_LISTEN", "192.0.2.1:8080"};
    for (const char* daemon : {"worker", "ingress"}) {
        const auto refused = callflex({daemon});
        CHECK(refused.code == 2);
        CHECK(refused.err.find("CALLFLEX_REQUESTS_PER_MINUTE: expected a whole number") != std::string::npos);
        CHECK(refused.err.find("WEBHOOK_TIMEOUT_SECONDS: expected whole seconds from 1 to 30") !=
              std::string::npos);
        CHECK(refused.err.find("zebra") == std::string::npos);
    }
    // At three in the morning the others still answer.
    CHECK(callflex({"workflow", "list"}).code == 5);
}

TEST_CASE("a configuration that is no TOML, cannot be read or is not there is refused, with the reason") {
    const Folder folder;
    const auto no_toml = check(folder.write("callflex.toml", "[worker]\nlog = text\n"));
    CHECK(no_toml.code == 2);
    CHECK(no_toml.err.find("callflex.toml:2: ") != std::string::npos);
    CHECK(check(folder.path()).err.find("is a folder") != std::string::npos);
    CHECK(check("/nonexistent/callflex.toml").err.find("No such file") != std::string::npos);
    const auto huge = check(folder.write("huge.toml", std::string(std::size_t{2} << 20, '#')));
    CHECK(huge.err.find("more than 1 MiB") != std::string::npos);
    const Variable named{"CALLFLEX_CONFIG", "/nonexistent/callflex.toml"};
    CHECK(callflex({"workflow", "list"}).code == 2);
    CHECK(check("/dev/null").code == 0);
}

TEST_CASE("secrets in a file that others may read are refused, and any file that others may write") {
    const Folder folder;
    const std::string secret = "[openai]\napi_key = \"zebra\"\n";
    for (const mode_t mode : {0644U, 0604U, 0660U, 0602U}) {
        CAPTURE(mode);
        const auto refused = check(folder.write("callflex.toml", secret, mode));
        CHECK(refused.code == 2);
        CHECK(refused.err.find("chmod") != std::string::npos);
        CHECK(refused.err.find("zebra") == std::string::npos);
    }
    for (const mode_t mode : {0600U, 0640U, 0400U})
        CHECK(check(folder.write("callflex.toml", secret, mode)).code == 0);
    CHECK(check(folder.write("callflex.toml", "[worker]\nlog = \"json\"\n", 0644)).code == 0);

    folder.write("key", "zebra\n", 0644);
    const auto named = folder.write("callflex.toml", "[openai]\napi_key_file = \"key\"\n", 0644);
    CHECK(check(named).err.find("which every user may read") != std::string::npos);
    folder.write("key", "zebra\n", 0640);
    CHECK(check(named).code == 0);
    CHECK(printed(named, "openai.api_key").at("set") == true);
    CHECK(check(folder.write("callflex.toml", "[openai]\napi_key_file = \"other\"\n"))
              .err.find("No such file") != std::string::npos);
    CHECK(check(folder.write("callflex.toml", "[openai]\napi_key_file = \"key\"\napi_key = \"zebra\"\n"))
              .err.find("given twice") != std::string::npos);
}

TEST_CASE(
    "the environment overrides credentials, and those the file; print says which it was, and no secret") {
    const Folder folder;
    const std::string file = folder.write("callflex.toml",
                                          "[twilio]\nauth_token = \"zebra-file\"\nsettle = \"2m\"\n"
                                          "account_sid = \"AC1\"\nsms_from = \"+15550100200\"\n");
    CHECK(printed(file, "twilio.settle") == json{{"key", "twilio.settle"},
                                                 {"variable", "TWILIO_SETTLE_SECONDS"},
                                                 {"value", "2m"},
                                                 {"from", file + ":3"}});
    CHECK(printed(file, "twilio.auth_token").at("from") == file + ":2");
    CHECK(printed(file, "twilio.base_url").at("from") == "default");

    folder.write("callflex_TWILIO_AUTH_TOKEN", "zebra-credential\n");
    const Variable credentials{"CREDENTIALS_DIRECTORY", folder.path()};
    CHECK(printed(file, "twilio.auth_token").at("from") == "credential callflex_TWILIO_AUTH_TOKEN");
    const std::string token = folder.write("token", "zebra-named\n");
    {
        const Variable by_file{"TWILIO_AUTH_TOKEN_FILE", token};
        CHECK(printed(file, "twilio.auth_token").at("from") == "TWILIO_AUTH_TOKEN_FILE");
        const Variable twice{"TWILIO_AUTH_TOKEN", "zebra-variable"};
        CHECK(check(file).err.find("TWILIO_AUTH_TOKEN: given twice") != std::string::npos);
    }
    const Variable variable{"TWILIO_AUTH_TOKEN", "zebra-variable"};
    const Variable settle{"TWILIO_SETTLE_SECONDS", "90"};
    CHECK(printed(file, "twilio.settle").at("value") == "90s");
    const auto table = callflex({"config", "print", "--set", "--config", file});
    CHECK(table.has("twilio.auth_token   set           TWILIO_AUTH_TOKEN\n"));
    CHECK_FALSE(table.has("webhooks.timeout"));
    CHECK_FALSE(table.has("zebra"));
    CHECK_FALSE(callflex({"config", "print", "-o", "json", "--config", file}).has("zebra"));
}

TEST_CASE("what is set in the file reaches the program in the form that the environment has") {
    const Folder folder;
    const std::string file = folder.write("callflex.toml", R"(
[database]
url = "host=/from-the-file dbname=x"
[webhooks]
schedule = ["0s", "250ms", "2m"]
give_up = "2d"
allow_private = true
deny = ["198.51.100.0/24", "2001:db8::/32"]
[ingress]
listen = "[::1]:0"
[resend]
from = "CallFlex <calls@example.com>"
[payloads]
limit = "1 MiB"
)");
    const auto settings = callflex::config::Settings::load(file);
    CHECK(settings.problems().empty());
    const auto vendors = callflex::vendor_config(settings.environment());
    CHECK(vendors.webhooks.schedule.size() == 3);
    CHECK(vendors.webhooks.give_up == std::chrono::hours{48});
    CHECK(vendors.webhooks.allow_private);
    CHECK(vendors.webhooks.deny.size() == 2);
    CHECK(vendors.resend.from == "CallFlex <calls@example.com>");
    const auto ingress = callflex::ingress::ingress_options(settings.environment());
    CHECK(ingress.database_url == "host=/from-the-file dbname=x");
    CHECK(ingress.address == "::1");
    CHECK(settings.number("CALLFLEX_PAYLOAD_LIMIT_KIB") == 1024);
    const Variable none{"DATABASE_URL", ""};
    CHECK(callflex({"workflow", "list", "--config", file}).err.find("/from-the-file") != std::string::npos);
}

TEST_CASE("the defaults of the table are the program's, and fit") {
    const auto standard = [](std::string_view variable) -> std::optional<std::string> {
        const Key* key = callflex::config::find_variable(variable);
        if (variable == "DATABASE_URL") return "host=x";
        return key == nullptr || key->standard.empty() ? std::nullopt
                                                       : std::optional{std::string{key->standard}};
    };
    for (const Key& key : callflex::config::keys()) {
        CAPTURE(full_name(key));
        if (!key.standard.empty()) CHECK(callflex::config::problem_of(key, key.standard).empty());
        CHECK(key.help.back() != '.');
    }
    const auto given = callflex::vendor_config(standard);
    const callflex::VendorConfig plain;
    CHECK(given.openai.models == plain.openai.models);
    CHECK(given.openai.reasoning_effort == plain.openai.reasoning_effort);
    CHECK(given.openai.base_url == plain.openai.base_url);
    CHECK(given.twilio.settle == plain.twilio.settle);
    CHECK(given.twilio.base_url == plain.twilio.base_url);
    CHECK(given.resend.from == plain.resend.from);
    CHECK(given.resend.base_url == plain.resend.base_url);
    CHECK(given.vapi.base_url == plain.vapi.base_url);
    CHECK(given.vapi.model == plain.vapi.model);
    CHECK(given.vapi.control_hosts == plain.vapi.control_hosts);
    CHECK(given.vapi.settle == plain.vapi.settle);
    CHECK(given.stripe.base_url == plain.stripe.base_url);
    CHECK(given.stripe.meter_event_name == plain.stripe.meter_event_name);
    CHECK(given.stripe.settle == plain.stripe.settle);
    CHECK(given.supabase.bucket == plain.supabase.bucket);
    CHECK(given.supabase.realtime == plain.supabase.realtime);
    CHECK(given.s3.region == plain.s3.region);
    CHECK(given.storage == plain.storage);
    const auto& calls = given.webhooks;
    CHECK(calls.schedule == plain.webhooks.schedule);
    CHECK(calls.timeout == plain.webhooks.timeout);
    CHECK(calls.circuit_failures == plain.webhooks.circuit_failures);
    CHECK(calls.circuit == plain.webhooks.circuit);
    CHECK(calls.circuit_max == plain.webhooks.circuit_max);
    CHECK(calls.give_up == plain.webhooks.give_up);
    CHECK(calls.disable == plain.webhooks.disable);
    CHECK(calls.per_address == plain.webhooks.per_address);
    CHECK(calls.per_organization == plain.webhooks.per_organization);
    CHECK(calls.allow_private == plain.webhooks.allow_private);
    const auto served = callflex::ingress::ingress_options(standard);
    const callflex::ingress::IngressOptions unconfigured;
    CHECK(served.address == unconfigured.address);
    CHECK(served.port == unconfigured.port);
    CHECK(served.requests_per_minute == unconfigured.requests_per_minute);
    CHECK(served.questions_per_minute == unconfigured.questions_per_minute);
    CHECK(served.signature.body_header == unconfigured.signature.body_header);
    const callflex::WorkerDaemonOptions worker;
    CHECK(standard("CALLFLEX_WORKER_QUEUE") == worker.queue);
    CHECK(standard("CALLFLEX_WORKER_RUN_SLOTS") == std::to_string(worker.run_slots));
    CHECK(standard("CALLFLEX_WORKER_ASYNC_SLOTS") == std::to_string(worker.async_slots));
    CHECK(standard("CALLFLEX_WORKER_TRANSACTIONAL_THREADS") == std::to_string(worker.transactional_threads));
    CHECK(std::chrono::seconds{std::stoi(*standard("CALLFLEX_WORKER_GRACE_SECONDS"))} == worker.grace);
    CHECK(std::stoul(*standard("CALLFLEX_PAYLOAD_LIMIT_KIB")) * 1024 ==
          durable::payloads::Settings{}.limits.error);
}

TEST_CASE("the shipped configuration file says nothing, and uncommented says the defaults") {
    const Folder folder;
    const std::string text = callflex({"config", "print", "--defaults"}).out;
    const auto silent = callflex::config::Settings::load(folder.write("callflex.toml", text));
    CHECK(silent.problems().empty());
    const auto spoken = callflex::config::Settings::load(folder.write("all.toml", uncommented(text)));
    CHECK(spoken.problems().empty());
    for (const Key& key : callflex::config::keys()) {
        CAPTURE(full_name(key));
        CHECK(text.find("#" + std::string{key.name} + " = ") != std::string::npos);
        CHECK(text.find("[" + std::string{key.variable} + "]") != std::string::npos);
        const auto in_environment = std::getenv(std::string{key.variable}.c_str());
        if (in_environment != nullptr) continue;
        CHECK_FALSE(silent.peek(key.variable).has_value());
        const auto said = spoken.peek(key.variable);
        CHECK((said ? said->value : "") == key.standard);
    }
}

TEST_CASE("the guide's page of the configuration is what the table of keys says") {
    const std::string table = callflex({"config", "print", "--markdown"}).out;
    CHECK_MESSAGE(page("docs/guide/configuration.md").find(table) != std::string::npos,
                  "replace the tables of docs/guide/configuration.md by: callflex config print --markdown");
}

TEST_CASE("a dispatcher without a queue of its own says what to set") {
    const Variable url{"DATABASE_URL", "host=/nonexistent dbname=x"};
    const Variable none{"WEBHOOK_QUEUE", ""};
    const auto refused = callflex({"worker", "--dispatcher"});
    CHECK(refused.code == 2);
    CHECK(refused.err.find("webhooks.queue") != std::string::npos);
    CHECK(callflex({"worker", "--dispatcher", "--queue", "night"}).code == 2);
}

}  // namespace test
