// Postgres itself fails under load: killed, out of connections, out of disk.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/mount.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "tests/faults/database/tallies.hpp"
#include "tests/faults/vendors.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/figures.hpp"

using namespace test;
using namespace std::chrono_literals;
using Stop = callflex::PrivateCluster::Stop;

namespace {

/// Two workers, an ingress, reporters and a caller.
struct Load {
    explicit Load(FragileWorld& of) : world(of) {
        first = world.start_worker("worker-1");
        second = world.start_worker("worker-2");
        port = world.start_ingress("ingress-1");
        world.await_processes(2);
        reporters.emplace(world, std::vector{port}, 2, 30ms, acknowledged);
        caller.emplace(world.url(), "tally", acknowledged);
    }
    void more(std::size_t count) {
        const std::size_t wanted = acknowledged.count() + count;
        REQUIRE(eventually([&] { return acknowledged.count() >= wanted; }, FragileWorld::patience));
    }
    /// Nothing lost, nothing doubled, nobody gone.
    void must_end_well() {
        reporters->stop();
        const auto tallies = caller->stop();
        CHECK(world.becomes_quiet());
        CHECK(world.unprocessed(acknowledged.all()).empty());
        CHECK(wrong_tallies(world, tallies).empty());
        CHECK(world.violations() == "");
        CHECK(world.workers().tend().empty());
        CHECK(world.ingresses().tend().empty());
        figure("acknowledged", acknowledged.count());
        figure("longest gap", static_cast<double>(acknowledged.longest_gap().count()), "ms");
    }

    FragileWorld& world;
    pid_t first = 0;
    pid_t second = 0;
    std::uint16_t port = 0;
    Acknowledgements acknowledged;
    std::optional<Reporters> reporters;
    std::optional<TallyCaller> caller;
};

/// A file system in memory of its own size, or nothing where we may not mount one.
class SmallDisk {
  public:
    explicit SmallDisk(int megabytes) : folder_(make_world_folder()) {
        const std::string options = fmt::format("size={}m,mode=0755", megabytes);
        mounted_ = ::mount("none", folder_.c_str(), "tmpfs", 0, options.c_str()) == 0;
        // What the server's user owns must be reachable for him.
        std::filesystem::permissions(folder_, std::filesystem::perms{0755});
    }
    ~SmallDisk() {
        if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    [[nodiscard]] bool mounted() const { return mounted_; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    /// Takes all the space that is left.
    void fill() const {
        std::ofstream ballast{folder_ / "ballast", std::ios::binary};
        const std::string piece(64 * 1024, 'x');
        while (ballast.write(piece.data(), static_cast<std::streamsize>(piece.size())).flush()) {
        }
    }
    void empty() const { std::filesystem::remove(folder_ / "ballast"); }

  private:
    std::filesystem::path folder_;
    bool mounted_ = false;
};

callflex::ClusterOptions cluster_on(const SmallDisk& disk) {
    auto options = fragile_cluster({{"max_wal_size", "64MB"}, {"min_wal_size", "32MB"}});
    options.data_directory = disk.folder() / "data";
    return options;
}

}  // namespace

TEST_CASE("Postgres killed again and again under load: nobody exits, nothing acknowledged is missing") {
    FragileWorld world;
    Load load{world};
    for (int round = 0; round < sized(2, 30); ++round) {
        load.more(40);
        world.server().stop(Stop::immediate);
        world.server().start();
        load.more(40);
        // One backend killed: the server ends all sessions and recovers by itself.
        std::string backend;
        REQUIRE(eventually([&] {
            backend = world.value(
                "select pid from pg_stat_activity where application_name like 'callflex hot%' limit 1");
            return !backend.empty();
        }));
        ::kill(std::stoi(backend), SIGKILL);
        load.more(40);
        world.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'test_app'");
        load.more(40);
    }
    load.must_end_well();
}

TEST_CASE("with every connection taken by strangers all wait, and go on when there is room") {
    FragileWorld world{fragile_cluster({}, 40)};
    Load load{world};
    load.more(20);
    std::vector<std::unique_ptr<pqxx::connection>> strangers;
    const auto crowd_in = [&] {
        try {
            strangers.push_back(std::make_unique<pqxx::connection>(world.url()));
            return false;
        } catch (const pqxx::broken_connection&) {
            return true;
        }
    };
    REQUIRE(eventually(crowd_in));
    // Everybody of ours has to come back, and there is no room.
    world.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'test_app' and "
        "application_name <> ''");
    for (int taken = 0; taken < 40; ++taken) static_cast<void>(crowd_in());
    REQUIRE(eventually([&] { return load.reporters->refused() > 0; }, FragileWorld::patience));
    REQUIRE(eventually([&] {
        return world.server_log().find("too many clients") != std::string::npos ||
               world.server_log().find("remaining connection slots") != std::string::npos;
    }));
    strangers.clear();
    load.more(40);
    load.must_end_well();
}

/// True once the server refuses to write for want of space.
bool disk_is_full(const FragileWorld& world) {
    try {
        world.execute(
            "create table if not exists public.big (x text); insert into public.big select repeat('x', 1000) "
            "from generate_series(1, 2000)");
        return false;
    } catch (const pqxx::sql_error& error) {
        return error.sqlstate() == "53100";
    } catch (const pqxx::broken_connection& error) {
        // A session's start may have a file to write, too.
        return std::string_view{error.what()}.find("could not write") != std::string_view::npos;
    }
}

/// The server's log of changes goes to another disk than its data.
void move_log(FragileWorld& world, const std::filesystem::path& to) {
    world.server().stop();
    const std::string data = world.server().data_directory();
    const std::string command = fmt::format(
        "cp -a {0}/pg_wal {1}/pg_wal && rm -r {0}/pg_wal && ln -s {1}/pg_wal {0}/pg_wal", data, to.string());
    REQUIRE(std::system(command.c_str()) == 0);
    world.server().start();
}

TEST_CASE(
    "with the data's disk full writers are refused, not lied to, and go on by themselves when there is "
    "space") {
    const SmallDisk disk{400};
    const SmallDisk log{400};
    if (!disk.mounted() || !log.mounted()) {
        MESSAGE("not run: no right to mount a small disk");
        return;
    }
    FragileWorld world{cluster_on(disk)};
    move_log(world, log.folder());
    Load load{world};
    load.more(20);
    disk.fill();
    REQUIRE(eventually([&] { return disk_is_full(world); }, FragileWorld::patience));
    // What is left of pages that are there already takes a while to fill.
    REQUIRE(eventually([&] { return load.reporters->refused() > 0; }, FragileWorld::patience));
    disk.empty();
    load.more(40);
    load.must_end_well();
}

TEST_CASE(
    "with the write-ahead log's disk full Postgres falls, and nothing acknowledged is missing when it is "
    "back") {
    const SmallDisk disk{400};
    if (!disk.mounted()) {
        MESSAGE("not run: no right to mount a small disk");
        return;
    }
    FragileWorld world{cluster_on(disk)};
    Load load{world};
    load.more(20);
    disk.fill();
    const auto fallen = [&] {
        try {
            pqxx::connection connection{world.owner_url()};
            pqxx::nontransaction{connection}.exec(
                "select pg_logical_emit_message(true, 'x', repeat('x', 1000000))");
        } catch (const pqxx::failure&) {
            // Its own words had no place either: what shows is that nobody is let in.
        }
        try {
            const pqxx::connection connection{world.owner_url()};
            return false;
        } catch (const pqxx::broken_connection&) {
            return true;
        }
    };
    REQUIRE(eventually(fallen, FragileWorld::patience));
    disk.empty();
    world.server().stop(Stop::immediate);
    world.server().start();
    load.more(40);
    load.must_end_well();
}
