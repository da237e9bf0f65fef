#include "tests/faults/database/pooler.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <pqxx/pqxx>

#include "tests/support/eventually.hpp"

namespace test {

Pooler::Pooler(const FragileWorld& world, int backends)
    : port_(free_port()), process_("/usr/sbin/pgbouncer", world.folder()) {
    const std::filesystem::path file = world.folder() + "/pgbouncer.ini";
    std::ofstream ini{file};
    ini << "[databases]\n"
        << fmt::format("callflex = host={} dbname=callflex user=test_app\n", world.socket_folder().string())
        << "[pgbouncer]\nlisten_addr = 127.0.0.1\nunix_socket_dir =\nauth_type = any\npool_mode = "
           "transaction\n"
        << fmt::format("listen_port = {}\ndefault_pool_size = {}\nmax_client_conn = 200\n", port_, backends)
        << "ignore_startup_parameters = extra_float_digits\n";
    ini.close();
    // It refuses to be root, and reads its settings before it becomes somebody else.
    std::vector<std::string> arguments{file.string()};
    if (::geteuid() == 0) arguments = {"-u", "postgres", file.string()};
    process_.start({"pgbouncer", arguments, {}});
    REQUIRE_MESSAGE(eventually([&] {
                        try {
                            const pqxx::connection connection{url()};
                            return true;
                        } catch (const pqxx::broken_connection&) {
                            return false;
                        }
                    }),
                    "pgbouncer did not start");
}

}  // namespace test
