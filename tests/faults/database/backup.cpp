#include "tests/faults/database/backup.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <pqxx/pqxx>
#include <stdexcept>

#include "tests/faults/vendors.hpp"

namespace test {
namespace {

/// One of Postgres' own programs; its complaints are in `log`.
void run_program(const std::string& command, const std::filesystem::path& log) {
    const auto binaries = callflex::PrivateCluster::server_binaries();
    const std::string line = fmt::format("{}/{} 2>{}", binaries.string(), command, log.string());
    if (std::system(line.c_str()) == 0) return;
    std::ifstream in{log};
    const std::string said{std::istreambuf_iterator<char>{in}, {}};
    throw std::runtime_error(line + ": " + said);
}

}  // namespace

Backup::Backup(const FragileWorld& world) : folder_(make_world_folder()) {
    const std::string url = world.owner_url();
    run_program(fmt::format("pg_dumpall --roles-only -d '{}' -f {}", url, (folder_ / "roles.sql").string()),
                folder_ / "log");
    run_program(fmt::format("pg_dump -d '{}' -f {}", url, (folder_ / "database.sql").string()),
                folder_ / "log");
}

Backup::~Backup() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void Backup::restore(FragileWorld& world) const {
    auto second = std::make_unique<callflex::PrivateCluster>(fragile_cluster());
    // The role that the cluster was made with is there already, and is all that psql may stumble over.
    run_program(fmt::format("psql -X -q -d '{}' -f {}", second->url(), (folder_ / "roles.sql").string()),
                folder_ / "log");
    restore_database(second->url(), "callflex", folder_ / "database.sql");
    static_cast<void>(world.replace_server(std::move(second)));
}

void restore_database(const std::string& server_url, const std::string& name,
                      const std::filesystem::path& dump) {
    {
        pqxx::connection server{server_url};
        pqxx::nontransaction{server}.exec(fmt::format("create database {}", name));
    }
    std::string url = server_url;
    // postgresql:///postgres?host=…
    const std::size_t from = url.find("///") + 3;
    url.replace(from, url.find('?', from) - from, name);
    const std::filesystem::path folder = make_world_folder();
    const auto plain = folder / "plain.sql";
    const char* unpack = dump.extension() == ".gz" ? "gzip -dc" : "cat";
    if (std::system(fmt::format("{} {} > {}", unpack, dump.string(), plain.string()).c_str()) != 0)
        throw std::runtime_error("cannot be read: " + dump.string());
    run_program(fmt::format("psql -X -q -o /dev/null -v ON_ERROR_STOP=1 -d '{}' -f {}", url, plain.string()),
                folder / "log");
    std::filesystem::remove_all(folder);
}

}  // namespace test
