// F52: bits that arrive turned over. Postgres' protocol would take them for data; TLS tells them from what was sent.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/faults/database/reporters.hpp"
#include "tests/faults/vendors.hpp"
#include "tests/support/eventually.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// Postgres speaks TLS on addresses only. This one is ours alone, so that its usual port is free.
std::string own_address() {
    const auto process = static_cast<unsigned>(::getpid());
    return fmt::format("127.52.{}.{}", (process >> 8U) & 0xffU, process & 0xffU);
}
constexpr std::uint16_t server_port = 5432;

/// A key and a certificate of it, for where the proxies listen.
class Certificate {
  public:
    Certificate() : folder_(make_world_folder()) {
        std::filesystem::permissions(folder_, std::filesystem::perms{0755});
        run(fmt::format(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
            "/CN=postgres.test -addext subjectAltName=IP:127.0.0.1 -keyout {} -out {} > {}/log 2>&1",
            key(), text(), folder_));
        run(fmt::format("chmod 600 {}", key()));
        // A key must belong to who uses it.
        if (::geteuid() == 0) run(fmt::format("chown postgres {}", key()));
    }
    ~Certificate() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;

    [[nodiscard]] callflex::ClusterOptions cluster() const {
        return fragile_cluster({{"listen_addresses", own_address()},
                                {"port", std::to_string(server_port)},
                                {"ssl", "on"},
                                {"ssl_cert_file", text()},
                                {"ssl_key_file", key()}});
    }
    [[nodiscard]] std::string url_through(const FaultProxy& proxy) const {
        return fmt::format(
            "postgresql://test_app@127.0.0.1:{}/"
            "callflex?sslmode=verify-full&sslrootcert={}&gssencmode=disable",
            proxy.port(), text());
    }

  private:
    static void run(const std::string& command) { REQUIRE(std::system(command.c_str()) == 0); }
    [[nodiscard]] std::string key() const { return folder_ + "/key.pem"; }
    [[nodiscard]] std::string text() const { return folder_ + "/certificate.pem"; }
    std::string folder_;
};

}  // namespace

TEST_CASE(
    "F52: with TLS a connection on which bits arrive turned over is given up, and nothing is lost, doubled "
    "or taken "
    "for something else") {
    const Certificate certificate;
    FragileWorld world{certificate.cluster()};
    // A lost SMS is looked for among those of the last minutes to the same owner: not all can go to one.
    world.add_neighbours(9);
    FaultProxy workers{own_address(), server_port};
    FaultProxy ingress{own_address(), server_port};
    for (const char* name : {"worker-1", "worker-2"})
        world.start_worker(name, certificate.url_through(workers));
    const auto port = world.start_ingress("ingress-1", certificate.url_through(ingress));
    world.await_processes(2);
    CHECK(
        world.value(
            "select count(*) > 4 and bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) where "
            "usename = 'test_app'") == "t");
    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, 2, 20ms, acknowledged};
    for (FaultProxy* way : {&workers, &ingress}) way->set({.kind = FaultProxy::Kind::flip, .every = 100});
    REQUIRE(eventually(
        [&] { return acknowledged.count() >= 60 && workers.flipped() >= 20 && ingress.flipped() >= 3; },
        FragileWorld::patience));
    for (FaultProxy* way : {&workers, &ingress}) way->set({});
    const std::size_t before = acknowledged.count();
    REQUIRE(eventually([&] { return acknowledged.count() >= before + 20; }, FragileWorld::patience));
    reporters.stop();
    CHECK(world.becomes_quiet());
    CHECK(world.unprocessed(acknowledged.all()).empty());
    CHECK(world.violations() == "");
    CHECK(ask_sandbox(world.sandbox_url(), "GET", "/sandbox/invariants")["violations"].empty());
    CHECK(world.workers().tend().empty());
    CHECK(world.ingresses().tend().empty());
    // It was TLS that has noticed.
    CHECK(world.server_log().find("SSL error") != std::string::npos);
}
