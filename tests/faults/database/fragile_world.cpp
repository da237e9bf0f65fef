#include "tests/faults/database/fragile_world.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <pqxx/pqxx>
#include <set>
#include <stdexcept>

#include "api/check/business_check.hpp"
#include "api/dev/keys.hpp"
#include "engine/store/check.hpp"
#include "schema/migrate.hpp"
#include "tests/faults/vendors.hpp"
#include "tests/ingress/raw_client.hpp"
#include "tests/support/eventually.hpp"

namespace test {
namespace {

std::string whole_file(const std::filesystem::path& path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

bool is_ready(std::uint16_t port) {
    try {
        const auto answer =
            ::test::exchange(port, "GET /readyz HTTP/1.1\r\nHost: callflex\r\nConnection: close\r\n\r\n");
        return answer && answer->status == 200;
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace

std::uint16_t free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                       ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(socket);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

callflex::ClusterOptions fragile_cluster(std::vector<std::pair<std::string, std::string>> more_settings,
                                         int connections_max) {
    callflex::ClusterOptions options{
        .data_directory = {},
        .durable = false,
        .connections_max = connections_max,
        .settings = {{"synchronous_commit", "on"}, {"full_page_writes", "on"}, {"shared_buffers", "64MB"}}};
    for (auto& setting : more_settings) options.settings.push_back(std::move(setting));
    return options;
}

FragileWorld::FragileWorld(callflex::ClusterOptions cluster)
    : folder_(make_world_folder()),
      server_(std::make_unique<callflex::PrivateCluster>(std::move(cluster))),
      secrets_key_(callflex::dev_secrets_key({}, true)),
      workers_(FAULT_WORKER, folder_),
      ingresses_(CALLFLEX_BINARY, folder_) {
    make_database();
}

FragileWorld::~FragileWorld() {
    for (auto* group : {&workers_, &ingresses_}) {
        for (const auto& [name, pid] : group->running()) ::kill(pid, SIGKILL);
        group->stop(std::chrono::seconds{5});
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void FragileWorld::make_database() {
    pqxx::connection postgres{server_->url()};
    pqxx::nontransaction{postgres}.exec(fmt::format("create database {}", database));
    pqxx::connection connection{owner_url()};
    schema::migrate(connection);
    pqxx::nontransaction{connection}.exec(fmt::format("create role {} login in role callflex_app", role));
    organizations_.push_back(callflex::seed_demo_organization(connection, secrets_key_));
    // Alerts on used-up minutes would be more messages, whose fate is followed for ten minutes.
    pqxx::nontransaction{connection}.exec("update app.plans set included_minutes = 1000000");
}

void FragileWorld::add_neighbours(int count) {
    pqxx::connection connection{owner_url()};
    for (int number = 1; number <= count; ++number)
        organizations_.push_back(callflex::add_neighbour(connection, secrets_key_, number, ""));
}

std::string FragileWorld::url_at(std::uint16_t port) {
    return fmt::format("postgresql://{}@127.0.0.1:{}/{}?sslmode=disable&gssencmode=disable", role, port,
                       database);
}

std::filesystem::path FragileWorld::socket_folder() const {
    const std::string url = server_->url();
    const std::size_t from = url.find("host=") + 5;
    return url.substr(from, url.find('&', from) - from);
}

pid_t FragileWorld::start_worker(const std::string& name, const std::string& url, const Settings& more) {
    auto settings = worker_settings(url.empty() ? this->url() : url, sandbox_.url(), secrets_key_, folder_);
    for (const auto& [key, value] : more) settings[key] = value;
    ++processes_;
    return workers_.start({name, {}, std::move(settings)});
}

std::uint16_t FragileWorld::start_ingress(const std::string& name, const std::string& url) {
    const std::uint16_t port = free_port();
    auto settings = worker_settings(url.empty() ? this->url() : url, sandbox_.url(), secrets_key_, folder_);
    ingresses_.start({name, {"ingress", "--port", std::to_string(port)}, std::move(settings)});
    ports_.push_back(port);
    ++processes_;
    return port;
}

void FragileWorld::await_processes(int workers) {
    const bool ready = eventually(
        [&] {
            return value("select count(*) from engine.workers where ended_at is null") ==
                       std::to_string(workers) &&
                   std::ranges::all_of(ports_, is_ready);
        },
        patience);
    if (!ready) throw std::runtime_error("the processes of the world did not start");
}

std::string FragileWorld::log_of(const std::string& process) const {
    return whole_file(workers_.log_of(process));
}
std::string FragileWorld::server_log() const {
    return whole_file(server_->log_file());
}

bool FragileWorld::becomes_quiet() {
    if (eventually([&] { return value("select count(*) from engine.live_runs") == "0"; }, patience))
        return true;
    fmt::print(stderr, "{}", what_is_open());
    return false;
}

std::string FragileWorld::what_is_open() const {
    std::string text;
    for (const char* const table : {"live_runs", "activities", "workers"}) {
        text += fmt::format("engine.{}:\n{}\n", table,
                            value(fmt::format("select string_agg(left(row::text, 2000), e'\\n') from (select "
                                              "to_jsonb(t) as row from engine.{} t limit 8) few",
                                              table)));
    }
    for (const auto& [name, pid] : workers_.running()) {
        const std::string log = log_of(name);
        text += fmt::format("{} ({}), the end of its log:\n{}\n", name, pid,
                            log.substr(log.size() - std::min<std::size_t>(log.size(), 4000)));
    }
    return text;
}

std::string FragileWorld::value(const std::string& sql) const {
    std::string found;
    const bool answered = eventually(
        [&] {
            try {
                pqxx::connection connection{owner_url()};
                const auto rows = pqxx::nontransaction{connection}.exec(sql);
                if (!rows.empty() && !rows[0][0].is_null()) found = rows[0][0].as<std::string>();
                return true;
            } catch (const pqxx::broken_connection&) {
                return false;
            }
        },
        patience);
    if (!answered) throw std::runtime_error("the server did not come back");
    return found;
}

void FragileWorld::execute(const std::string& sql) const {
    pqxx::connection connection{owner_url()};
    pqxx::nontransaction{connection}.exec(sql);
}

std::string FragileWorld::violations() const {
    pqxx::connection connection{url()};
    std::string text;
    for (const auto& line : callflex::check_everything(connection)) {
        if (line.violated == 0 && line.problem.empty()) continue;
        text += fmt::format("{}: {} ({}{})\n", line.id, line.sentence, line.violated, line.problem);
        for (const auto& example : line.examples) text += "    " + example + "\n";
    }
    return text;
}

std::vector<std::string> FragileWorld::unprocessed(const std::vector<std::string>& calls) const {
    pqxx::connection connection{owner_url()};
    pqxx::nontransaction look{connection};
    std::set<std::string> done;
    for (const auto& row :
         look.exec("select c.vendor_call_id from app.calls c "
                   "join engine.runs r on r.workflow_id = 'call-processing-' || c.vendor_call_id "
                   "join engine.closed_runs e using (run_id) "
                   "where c.status = 'ended' and e.status = 'completed' group by 1 having count(*) = 1")) {
        done.insert(row[0].as<std::string>());
    }
    std::vector<std::string> missing;
    for (const std::string& call : calls) {
        if (call.starts_with("call-") && !done.contains(call)) missing.push_back(call);
    }
    return missing;
}

}  // namespace test
