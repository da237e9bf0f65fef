#include "tests/ingress/planted_site.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include "api/bench/ingress_load.hpp"
#include "api/cluster/private_cluster.hpp"
#include "api/ingress/signature.hpp"
#include "engine/client/client.hpp"
#include "engine/payloads/cipher.hpp"
#include "engine/payloads/compression.hpp"
#include "tests/ingress/raw_client.hpp"
#include "tests/support/eventually.hpp"

namespace test {

namespace fs = std::filesystem;

SecretsFolder::SecretsFolder() {
    std::string name = (fs::temp_directory_path() / "callflex-secrets-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
}
SecretsFolder::~SecretsFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
}

void PlantedSite::throw_back(Socket& socket) {
    for (std::string request = read_request(socket); !request.empty(); request = read_request(socket)) {
        {
            const std::lock_guard lock{mutex_};
            const auto path = request.find('/') + 1;
            thrown_back_by_.insert(request.substr(path, request.find_first_of("/ ", path) - path));
        }
        const auto at = request.find("\r\nAuthorization: ");
        const std::string field = at == std::string::npos
                                      ? "none"
                                      : request.substr(at + 17, request.find("\r\n", at + 2) - at - 17);
        const std::string secret = field.substr(field.find(' ') + 1);
        const std::string head = request.substr(0, request.find("\r\n\r\n"));
        const nlohmann::json body{
            {"code", 20003},
            {"status", 400},
            {"type", "https://vendor.example/errors?key=" + secret},
            {"name", secret},
            {"message",
             "the key " + secret + " in (" + field + ") is wrong, see https://x.example/?k=" + secret},
            {"error",
             {{"message", "Incorrect API key provided: " + secret},
              {"code", secret},
              {"type", secret},
              {"nested", {{{"authorization", field}}, callflex::ingress::to_base64(secret)}}}},
            {"echo", callflex::ingress::to_base64(head)}};
        const std::string text = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        if (!say(socket, answer(text, "400 " + secret,
                                "Content-Type: application/json\r\n"
                                "X-Echo: " +
                                    field + "\r\n")))
            return;
    }
}

namespace {

std::uint16_t free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(socket);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

}  // namespace

std::string PlantedSite::file(const std::string& name, const std::string& value) {
    const fs::path path = folder_.path / name;
    std::ofstream{path} << value << '\n';
    return name + "_FILE=" + path.string();
}

std::string PlantedSite::server_log() const {
    const fs::path data = database.value("show data_directory");
    return text_of(data / "server.log");
}

PlantedSite::PlantedSite() {
    metrics_port_ = free_port();
    // The worst that an operator can do: statements with their parameters in the server's log.
    for (const char* setting : {"log_min_duration_statement = 0", "log_parameter_max_length = -1",
                                "log_parameter_max_length_on_error = -1", "log_error_verbosity = verbose"}) {
        database.execute(fmt::format("alter database {} set {}", database.name(), setting));
    }
    log_begin_ = server_log().size();
    pqxx::connection owner{database.owner_url()};
    organization_ = callflex::seed_demo_organization(owner, secrets_key_, vendors_.url() + "/hook");
    canaries.add("the organization's webhook secret", organization_.vapi_secret);
    canaries.add("the endpoint's secret", organization_.webhook_secret.substr(6));
    const std::string url = database.url() + "&password=" + canaries.token("the database's password");
    const std::vector<std::string> common{
        file("DATABASE_URL", url),
        file("CALLFLEX_SECRETS_KEY", secrets_key_),
        file("CALLFLEX_PAYLOAD_KEYS", payload_keys_),
        file("VAPI_WEBHOOK_SECRET", canaries.token("the platform's webhook secret")),
        file("TWILIO_AUTH_TOKEN", canaries.token("Twilio's token")),
        file("STRIPE_WEBHOOK_SECRET", "whsec_" + canaries.token("Stripe's webhook secret")),
        file("LIVE_TOKEN_KEY", canaries.token("the key of live tokens")),
        "API_URL=http://127.0.0.1:9"};
    std::vector<std::string> worker = common;
    for (const std::string& line :
         {file("RESEND_API_KEY", "re_" + canaries.token("Resend's key")),
          file("OPENAI_API_KEY", "sk-" + canaries.token("OpenAI's key")),
          file("VAPI_API_KEY", canaries.token("VAPI's key")),
          file("STRIPE_SECRET_KEY", "sk_test_" + canaries.token("Stripe's key")),
          std::string{"TWILIO_ACCOUNT_SID=AC00000000000000000000000000000001"},
          std::string{"TWILIO_SMS_FROM=+15550100200"}, "TWILIO_BASE_URL=" + vendors_.url() + "/twilio",
          "RESEND_BASE_URL=" + vendors_.url() + "/resend", "OPENAI_BASE_URL=" + vendors_.url() + "/openai",
          "VAPI_BASE_URL=" + vendors_.url() + "/vapi", "STRIPE_BASE_URL=" + vendors_.url() + "/stripe",
          std::string{"WEBHOOK_ALLOW_PRIVATE=1"},
          "CALLFLEX_STORAGE_ROOT=" + (folder_.path / "recordings").string()})
        worker.push_back(line);
    ingress_ = std::make_unique<Program>(std::vector<std::string>{CALLFLEX_BINARY, "ingress", "--port", "0"},
                                         common, folder_.path / "ingress.log");
    worker_ = std::make_unique<Program>(
        std::vector<std::string>{CALLFLEX_BINARY, "worker", "--metrics-port", std::to_string(metrics_port_)},
        worker, folder_.path / "worker.log");
    ingress_port_ = static_cast<std::uint16_t>(ingress_->number_after("listens on 127.0.0.1:"));
    REQUIRE(ingress_port_ != 0);
}

void PlantedSite::start_sealed_run() {
    durable::client::ClientOptions options;
    options.connection_string = database.url();
    options.payloads.keys = std::make_shared<const durable::payloads::MasterKeys>(payload_keys_, "TEST");
    durable::client::Client client{options};
    const durable::Payload input{"\"" + canaries.token("a payload of an encrypting tenant") + "\""};
    client.start("a-type-that-nobody-has", input,
                 {.workflow = durable::WorkflowId{"sealed"},
                  .tenant = durable::Tenant{organization_.organization_id}});
}

void PlantedSite::process_a_call() {
    start_sealed_run();
    const std::string body = callflex::bench::sample_report("canary-call", 2048);
    for (const std::string& secret : {organization_.vapi_secret, canaries.token("a stranger's guess")}) {
        const auto answer = test::exchange(
            ingress_port_,
            fmt::format("POST /api/webhooks/vapi/{} HTTP/1.1\r\nHost: x\r\nContent-Type: "
                        "application/json\r\nX-Vapi-Secret: {}\r\nContent-Length: {}\r\n\r\n{}",
                        organization_.organization_id, secret, body.size(), body));
        REQUIRE(answer);
        CHECK(answer->status == (secret == organization_.vapi_secret ? 200 : 401));
    }
    CHECK(eventually(
        [&] {
            return database.value(
                       "select count(*) from engine.runs r where type = 'call-processing' and not exists "
                       "(select from engine.live_runs l where l.run_id = r.run_id)") == "1" &&
                   database.value("select count(*) > 0 from app.webhook_attempts where status_code = 400") ==
                       "t" &&
                   database.value("select count(*) from engine.blocked") == "1";
        },
        std::chrono::minutes{3}));
    CHECK(thrown_back_by() == std::set<std::string>{"hook", "openai", "resend", "twilio"});
}

std::set<std::string> PlantedSite::thrown_back_by() {
    const std::lock_guard lock{mutex_};
    return thrown_back_by_;
}

std::string PlantedSite::page(std::uint16_t port, const std::string& path) const {
    const auto answer =
        test::exchange(port, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    REQUIRE(answer);
    CHECK(answer->status == 200);
    return answer->body;
}

std::string PlantedSite::run(const std::vector<std::string>& arguments) {
    std::vector<std::string> command{CALLFLEX_BINARY};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const fs::path log = folder_.path / "command.log";
    fs::remove(log);
    Program program{command, {"DATABASE_URL=" + database.url()}, log};
    program.wait();
    return program.said();
}

std::map<std::string, std::string> PlantedSite::places() {
    std::map<std::string, std::string> places;
    for (const auto& [name, program] : {std::pair{"ingress", ingress_.get()}, {"worker", worker_.get()}}) {
        const fs::path proc = "/proc/" + std::to_string(program->pid());
        places[std::string{name} + "'s environment"] = text_of(proc / "environ");
        places[std::string{name} + "'s arguments"] = text_of(proc / "cmdline");
    }
    places["the ingress' metrics"] = page(ingress_port_, "/metrics");
    places["the worker's metrics"] = page(metrics_port_, "/metrics");
    for (const std::string id : {"call-processing-canary-call", "sealed"}) {
        for (const std::string verb : {"show", "describe", "why"})
            places["workflow " + verb + " " + id] = run({"workflow", verb, id, "-o", "json"});
        places["workflow export " + id] =
            durable::payloads::decompress(run({"workflow", "export", id, "--file", "-"}));
    }
    places["workflow list"] = run({"workflow", "list", "-o", "json"});
    places["call list"] = run({"call", "list", "northside-heating", "-o", "json"});
    const fs::path dump = callflex::PrivateCluster::server_binaries() / "pg_dump";
    const fs::path file = folder_.path / "dump.sql";
    Program pg_dump{{dump.string(), "--dbname", database.owner_url()}, {}, file};
    CHECK(pg_dump.wait() == 0);
    places["the dump"] = text_of(file);
    CHECK(worker_->stop() == 0);
    CHECK(ingress_->stop() == 0);
    places["the worker's log"] = worker_->said();
    places["the ingress' log"] = ingress_->said();
    places["the server's log"] = server_log().substr(log_begin_);
    return places;
}

}  // namespace test
