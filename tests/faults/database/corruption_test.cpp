// F46: what Postgres finds in its files is not what it has written there.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "tests/faults/database/tallies.hpp"
#include "tests/faults/worker/tally.hpp"
#include "tests/support/eventually.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// Their histories take more than a page.
constexpr int open_runs = 100;
constexpr int sick_run = 17;

std::string name_of(int run) {
    return fmt::format("tally-{:03}", run);
}

durable::client::RunRef by_name(int run) {
    durable::client::RunRef ref;
    ref.workflow = durable::WorkflowId{name_of(run)};
    return ref;
}

/// One bit of a table's file, to be turned over while the server is stopped; once more mends it.
class Bit {
  public:
    Bit(std::filesystem::path file, std::streamoff at) : file_(std::move(file)), at_(at) {}

    void turn() const {
        std::fstream file{file_, std::ios::binary | std::ios::in | std::ios::out};
        file.seekg(at_);
        const int byte = file.get();
        REQUIRE(byte != std::char_traits<char>::eof());
        file.seekp(at_);
        file.put(static_cast<char>(byte ^ 1));
        file.close();
        REQUIRE(file.good());
    }

  private:
    std::filesystem::path file_;
    std::streamoff at_;
};

/// In the first row of a run's history: the quotation mark before the workflow id. The server writes everything down.
Bit bit_of_history(FragileWorld& world, int run) {
    const auto where = [&](const std::string& what) {
        return world.value(
            fmt::format("select {} from engine.history h join engine.runs r using (run_id) where "
                        "r.workflow_id = '{}' and h.first_event = 1",
                        what, name_of(run)));
    };
    const std::filesystem::path file =
        world.server().data_directory() / where("pg_relation_filepath(h.tableoid)");
    constexpr std::size_t page_bytes = 8192;
    const std::size_t page = page_bytes * std::stoul(where("(h.ctid::text::point)[0]::bigint"));
    world.execute("checkpoint");
    std::ifstream in{file, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    const std::size_t at = bytes.find('"' + name_of(run) + '"', page);
    REQUIRE(at < page + page_bytes);
    return {file, static_cast<std::streamoff>(at)};
}

/// A server that stops, is treated, and goes on with its data.
void treat(FragileWorld& world, const std::function<void()>& how) {
    world.server().stop();
    how();
    world.server().start();
}

/// Then only who reads a row can find that it is not what was written.
void do_without_checksums(const FragileWorld& world, const std::filesystem::path& data) {
    const std::string user =
        ::geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "";
    const auto binaries = callflex::PrivateCluster::server_binaries();
    const std::string command =
        fmt::format("{}{}/pg_checksums --disable --no-sync -D {} > {}/pg_checksums.log 2>&1", user,
                    binaries.string(), data.string(), world.folder());
    REQUIRE(std::system(command.c_str()) == 0);
}

void kill_workers(FragileWorld& world) {
    for (const auto& [name, pid] : world.workers().running()) ::kill(pid, SIGKILL);
    world.workers().stop(5s);
}

int count(const FragileWorld& world, const std::string& of) {
    return std::stoi(world.value("select count(*) from " + of));
}

/// Open runs that wait for the rest of their marks, and no worker that knows anything of them.
void leave_open_runs(FragileWorld& world, durable::client::Client& client) {
    world.start_worker("worker-1");
    world.await_processes(1);
    for (int run = 0; run < open_runs; ++run) {
        durable::client::StartOptions options;
        options.workflow = durable::WorkflowId{name_of(run)};
        client.start(tally, TallyCaller::marks, options);
        client.signal(by_name(run), tally_mark, 1);
    }
    REQUIRE(eventually([&] {
        return count(world,
                     "engine.live_runs where owner is null and activations > 1 and inbox_head = "
                     "inbox_tail and inbox_tail > 0") == open_runs;
    }));
    kill_workers(world);
}

void send_other_marks(durable::client::Client& client) {
    for (int run = 0; run < open_runs; ++run) {
        for (int mark = 2; mark <= TallyCaller::marks; ++mark)
            client.signal(by_name(run), tally_mark, mark, fmt::format("{} {}", run, mark));
    }
}

int ended(const FragileWorld& world) {
    return count(world, "engine.closed_runs where status = 'completed'");
}

/// Everything is there that the runs wait for, and so many of them can be read.
void go_on(FragileWorld& world, durable::client::Client& client, int readable) {
    world.start_worker("worker-2");
    send_other_marks(client);
    CHECK(eventually([&] { return ended(world) == readable; }, FragileWorld::patience));
}

/// What was written is there again, and nothing is missing.
void mend(FragileWorld& world, const Bit& bit) {
    kill_workers(world);
    treat(world, [&] { bit.turn(); });
    world.start_worker("worker-3");
    CHECK(world.becomes_quiet());
    CHECK(ended(world) == open_runs);
    CHECK(count(world, "engine.blocked") == 0);
    CHECK(world.violations() == "");
}

}  // namespace

TEST_CASE(
    "F46: a run whose history has rotted on the disk is blocked and named, the others go on, and so does it "
    "when it is mended") {
    FragileWorld world;
    durable::client::Client client{{.connection_string = world.url()}};
    leave_open_runs(world, client);
    const Bit bit = bit_of_history(world, sick_run);
    treat(world, [&] {
        do_without_checksums(world, world.server().data_directory());
        bit.turn();
    });
    go_on(world, client, open_runs - 1);
    CHECK(eventually([&] { return count(world, "engine.blocked") > 0; }));
    CHECK(world.value("select string_agg(r.workflow_id || ' ' || b.kind, ', ') from engine.blocked b join "
                      "engine.runs r using (run_id)") == name_of(sick_run) + " undecodable");
    CHECK(world.log_of("worker-2").find("run blocked") != std::string::npos);
    CHECK(count(world, "engine.live_runs") == 1);
    CHECK(world.workers().tend().empty());

    mend(world, bit);
    CHECK(wrong_tallies(world, {name_of(sick_run), name_of(0)}).empty());
}

TEST_CASE(
    "F46: runs on a page that Postgres refuses to read are blocked and named, the others go on, and so do "
    "they when it is mended") {
    FragileWorld world;
    durable::client::Client client{{.connection_string = world.url()}};
    leave_open_runs(world, client);
    const Bit bit = bit_of_history(world, sick_run);
    // All that have a row there.
    const std::string sick = world.value(fmt::format(
        "select string_agg(distinct o.workflow_id, ', ') from engine.history h join engine.runs r using "
        "(run_id) join engine.history n on n.tableoid = h.tableoid and (n.ctid::text::point)[0] = "
        "(h.ctid::text::point)[0] join engine.runs o on o.run_id = n.run_id where h.first_event = 1 and "
        "r.workflow_id = '{}'",
        name_of(sick_run)));
    const int sick_runs = static_cast<int>(std::ranges::count(sick, ',')) + 1;
    REQUIRE(sick_runs < open_runs);
    treat(world, [&] { bit.turn(); });
    go_on(world, client, open_runs - sick_runs);
    CHECK(eventually([&] { return count(world, "engine.blocked") == sick_runs; }));
    CHECK(world.value("select string_agg(r.workflow_id, ', ' order by r.workflow_id) from engine.blocked b "
                      "join engine.runs r "
                      "using (run_id)") == sick);
    CHECK(world.workers().tend().empty());

    mend(world, bit);
}
