#include "tests/faults/database/standby.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <pqxx/pqxx>

#include "tests/faults/vendors.hpp"
#include "tests/support/eventually.hpp"

namespace test {
namespace {

std::string socket_folder_of(const std::string& url) {
    const std::size_t from = url.find("host=") + 5;
    return url.substr(from, url.find('&', from) - from);
}

/// As the user whom the server's files belong to.
void run_as_server(const std::string& command) {
    const std::string prefix =
        ::geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
    REQUIRE(std::system((prefix + command).c_str()) == 0);
}

/// An empty folder of that user's.
std::filesystem::path make_data_folder() {
    const std::filesystem::path folder = make_world_folder();
    if (::geteuid() == 0)
        REQUIRE(std::system(fmt::format("chown postgres {}", folder.string()).c_str()) == 0);
    return folder;
}

}  // namespace

Standby::Standby(FragileWorld& world) : world_(world), folder_(make_data_folder()) {
    const auto binaries = callflex::PrivateCluster::server_binaries();
    run_as_server(fmt::format("{}/pg_basebackup -D {} -d '{}' -X stream -c fast", binaries.string(),
                              folder_.string(), world.server().url()));
    run_as_server(fmt::format("touch {}/standby.signal", folder_.string()));
    auto options =
        fragile_cluster({{"primary_conninfo", fmt::format("host={} user=postgres application_name=second",
                                                          world.socket_folder().string())},
                         {"hot_standby", "on"}});
    options.data_directory = folder_;
    server_ = std::make_unique<callflex::PrivateCluster>(std::move(options));
    world.execute("alter system set synchronous_standby_names = 'second'");
    world.execute("select pg_reload_conf()");
    REQUIRE(eventually([&] { return world.value("select sync_state from pg_stat_replication") == "sync"; }));
    url_of_both_ = fmt::format(
        "postgresql:///callflex?host={},{}&user=test_app&target_session_attrs=read-write&connect_timeout=3",
        world.socket_folder().string(), socket_folder_of(server_->url()));
}

Standby::~Standby() {
    server_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void Standby::promote() {
    pqxx::connection connection{server_->url()};
    pqxx::nontransaction{connection}.exec("select pg_promote(false)");
    former_ = world_.replace_server(std::move(server_));
}

}  // namespace test
