#include "api/dev/household.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>

#include "api_sql.hpp"

namespace callflex {
namespace {

constexpr std::chrono::seconds start_patience{30};

bool accepts_connections(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool up = fd >= 0 && ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    if (fd >= 0) ::close(fd);
    return up;
}

template <class Ready>
void await(Supervisor& supervisor, const std::string& name, Ready ready) {
    const auto give_up = std::chrono::steady_clock::now() + start_patience;
    while (!ready()) {
        const auto died = supervisor.tend();
        if (!died.empty() || std::chrono::steady_clock::now() > give_up) {
            const std::string who = died.empty() ? name : died.front().name;
            throw std::runtime_error(fmt::format("{} did not start ({}); its last words are in {}", who,
                                                 died.empty() ? "no answer in 30 s" : died.front().how,
                                                 supervisor.log_of(who).string()));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

}  // namespace

int free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound =
        fd >= 0 && ::bind(fd, generic, length) == 0 && ::getsockname(fd, generic, &length) == 0;
    if (fd >= 0) ::close(fd);
    if (!bound) throw std::runtime_error("no free port on 127.0.0.1");
    return ntohs(address.sin_port);
}

Household::Household(const HouseholdOptions& options) : supervisor_(options.program, options.logs) {
    const auto& env = options.environment;
    supervisor_.start({"sandbox", {"sandbox", "--port", std::to_string(options.sandbox_port)}, env});
    await_port("sandbox", options.sandbox_port);
    supervisor_.start({"ingress", {"ingress", "--port", std::to_string(options.ingress_port)}, env});
    for (int number = 1; number <= options.workers; ++number) {
        const std::string name = fmt::format("worker-{}", number);
        supervisor_.start({name, {"worker", "--name", name}, env});
    }
    await_port("ingress", options.ingress_port);
    await_workers(options.database_url, options.workers);
}

void Household::await_port(const std::string& name, int port) {
    await(supervisor_, name, [port] { return accepts_connections(port); });
}

void Household::await_workers(const std::string& url, int wanted) {
    pqxx::connection connection{url};
    await(supervisor_, "worker-1", [&] {
        pqxx::nontransaction tx{connection};
        return tx.exec(std::string{api::sql::dev_live_workers})[0][0].as<int>() >= wanted;
    });
}

}  // namespace callflex
