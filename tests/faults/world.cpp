#include "tests/faults/world.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "api/bench/ingress_load.hpp"
#include "api/check/business_check.hpp"
#include "api/dev/keys.hpp"
#include "tests/faults/vendors.hpp"
#include "tests/ingress/raw_client.hpp"
#include "tests/support/claims_log.hpp"

namespace test {
namespace {

constexpr int crash_code = 137;

const char* name_of(Crash::How how) {
    switch (how) {
        case Crash::How::before:
            return "before";
        case Crash::How::after:
            return "after";
        case Crash::How::reply_lost:
            return "reply_lost";
    }
    return "";
}

}  // namespace

FaultWorld::FaultWorld(const std::function<void(callflex::ingress::IngressOptions&)>& change)
    : watch_(database_.owner_url()),
      secrets_key_(callflex::dev_secrets_key({}, true)),
      organization_(callflex::seed_demo_organization(watch_, secrets_key_)),
      folder_(make_world_folder()) {
    install_claims_log(watch_);
    callflex::ingress::IngressOptions options;
    options.database_url = database_.url();
    options.port = 0;
    options.secrets_key = secrets_key_;
    if (change) change(options);
    ingress_ = std::make_unique<callflex::ingress::Ingress>(std::move(options));
    ingress_->start();
}

FaultWorld::~FaultWorld() {
    stop_workers();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string FaultWorld::end_call(const std::string& vapi_call_id) {
    const std::string body = callflex::bench::sample_report(vapi_call_id, 2048);
    const auto answer = exchange(
        ingress_->port(),
        fmt::format("POST /api/webhooks/vapi/{} HTTP/1.1\r\nHost: callflex\r\nConnection: close\r\n"
                    "Content-Type: application/json\r\nX-Vapi-Secret: {}\r\nContent-Length: {}\r\n\r\n{}",
                    organization_.organization_id, organization_.vapi_secret, body.size(), body));
    if (!answer || answer->status != 200) {
        throw std::runtime_error("the ingress refused the report: " + (answer ? answer->body : "no answer"));
    }
    return "call-processing-" + vapi_call_id;
}

pid_t FaultWorld::start_worker(std::optional<Crash> crash) {
    std::vector<std::string> environment;
    for (const auto& [name, value] :
         worker_settings(database_.url(), sandbox_.url(), secrets_key_, folder_)) {
        environment.push_back(name + "=" + value);
    }
    if (crash) {
        environment.push_back(fmt::format("FAULT_AT={}", crash->count));
        environment.push_back(fmt::format("FAULT_HOW={}", name_of(crash->how)));
    }
    std::vector<char*> pointers;
    for (auto& line : environment) pointers.push_back(line.data());
    pointers.push_back(nullptr);
    std::string program = FAULT_WORKER;
    char* arguments[] = {program.data(), nullptr};

    pid_t child = 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const std::string log = folder_ + "/worker.log";
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
    const int error = ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, pointers.data());
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error("cannot start " + program);
    workers_.push_back(child);
    return child;
}

bool FaultWorld::crashed(pid_t worker) {
    int status = 0;
    return reap(worker, 0, status) && (WIFSIGNALED(status) || WEXITSTATUS(status) == crash_code);
}

bool FaultWorld::ended(pid_t worker) {
    int status = 0;
    return reap(worker, WNOHANG, status);
}

bool FaultWorld::reap(pid_t worker, int flags, int& status) {
    if (::waitpid(worker, &status, flags) != worker) return false;
    lost_a_worker_ = true;
    // The number is the kernel's again: soon it is another process, which stop_workers() must not kill.
    std::erase(workers_, worker);
    return true;
}

void FaultWorld::stop_workers() {
    for (const pid_t worker : workers_) ::kill(worker, SIGKILL);
    for (const pid_t worker : workers_) ::waitpid(worker, nullptr, 0);
    workers_.clear();
}

bool FaultWorld::quiet() {
    return pqxx::nontransaction{watch_}.exec("select from engine.live_runs limit 1").empty();
}

bool FaultWorld::becomes_quiet() {
    const auto give_up = std::chrono::steady_clock::now() + patience;
    while (!quiet()) {
        if (std::chrono::steady_clock::now() >= give_up) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    return true;
}

std::string FaultWorld::violations() const {
    pqxx::connection connection{database_.url()};
    std::string text;
    for (const auto& line : callflex::check_everything(connection)) {
        if (line.violated == 0 && line.problem.empty()) continue;
        text += fmt::format("{}: {} ({}{})\n", line.id, line.sentence, line.violated, line.problem);
        for (const auto& example : line.examples) text += "    " + example + "\n";
    }
    pqxx::connection owner{database_.owner_url()};
    for (const auto& problem : claims_seen(owner).problems) text += problem + "\n";
    return text;
}

nlohmann::json FaultWorld::ask_sandbox(const std::string& method, const std::string& target,
                                       const std::string& body, const std::string& fields) const {
    return ::test::ask_sandbox(sandbox_.url(), method, target, body, fields);
}

nlohmann::json FaultWorld::sent(const std::string& vendor) const {
    return ask_sandbox("GET", "/sandbox/sent?limit=1000000&vendor=" + vendor, "");
}

nlohmann::json FaultWorld::at_vendors() const {
    return ask_sandbox("GET", "/sandbox/invariants", "");
}

void FaultWorld::set_fault(const nlohmann::json& fault) const {
    ask_sandbox("POST", "/sandbox/faults", fault.dump());
}

void FaultWorld::start(const std::string& type, const durable::Payload& input, const std::string& workflow_id,
                       bool of_the_system) const {
    durable::client::Client client{{.connection_string = database_.url()}};
    durable::client::StartOptions options;
    options.workflow = durable::WorkflowId{workflow_id};
    if (!of_the_system) options.tenant = durable::Tenant{organization_.organization_id};
    client.start(type, input, options);
}

void FaultWorld::keep_history(const std::string& workflow_id, const std::string& name) const {
    const std::filesystem::path file{CALLFLEX_SOURCE_DIR "/tests/histories/" + name + ".json"};
    if (std::getenv("CALLFLEX_WRITE_HISTORIES") == nullptr || std::filesystem::exists(file)) return;
    durable::client::Client client{{.connection_string = database_.url()}};
    durable::client::RunRef run;
    run.workflow = durable::WorkflowId{workflow_id};
    const auto id = client.resolve(run);
    std::ofstream{file} << durable::history::export_json(*id, client.history(*id));
}

int FaultWorld::points_passed() const {
    std::ifstream in(folder_ + "/points");
    int points = 0;
    in >> points;
    return points;
}

int FaultWorld::unknown_sms() const {
    return std::stoi(
        value("select count(*) from app.notifications where channel = 'sms' and status = 'outcome_unknown'"));
}

}  // namespace test
