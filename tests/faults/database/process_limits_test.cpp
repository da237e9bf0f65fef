// F19, F20: a worker process gets no memory any more, or may open no file and no socket more.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include "tests/faults/database/tallies.hpp"
#include "tests/faults/database/watched.hpp"
#include "tests/faults/vendors.hpp"
#include "tests/support/eventually.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// Below what the process has of it: it keeps that, and gets nothing more until this object ends.
class NoMore {
  public:
    NoMore(pid_t process, __rlimit_resource resource) : process_(process), resource_(resource) {
        REQUIRE(::prlimit(process_, resource_, nullptr, &before_) == 0);
        const rlimit none{.rlim_cur = 1, .rlim_max = before_.rlim_max};
        REQUIRE(::prlimit(process_, resource_, &none, nullptr) == 0);
    }
    ~NoMore() { ::prlimit(process_, resource_, &before_, nullptr); }
    NoMore(const NoMore&) = delete;
    NoMore& operator=(const NoMore&) = delete;

  private:
    pid_t process_;
    __rlimit_resource resource_;
    rlimit before_{};
};

/// A worker, an ingress, reporters and a caller.
struct Load {
    explicit Load(FragileWorld& of) : world(of), worker{world, world.start_worker("worker-1")} {
        const std::vector<std::uint16_t> ports{world.start_ingress("ingress-1")};
        world.await_processes(1);
        reporters.emplace(world, ports, 2, 30ms, acknowledged);
        caller.emplace(world.url(), "tally", acknowledged);
    }
    void more(std::size_t count) {
        const std::size_t wanted = acknowledged.count() + count;
        REQUIRE(eventually([&] { return acknowledged.count() >= wanted; }, FragileWorld::patience));
    }
    void must_end_well() {
        reporters->stop();
        const auto tallies = caller->stop();
        CHECK(world.becomes_quiet());
        CHECK(world.unprocessed(acknowledged.all()).empty());
        CHECK(wrong_tallies(world, tallies).empty());
        CHECK(world.violations() == "");
        CHECK(ask_sandbox(world.sandbox_url(), "GET", "/sandbox/invariants")["violations"].empty());
    }

    FragileWorld& world;
    Watched worker;
    Acknowledgements acknowledged;
    std::optional<Reporters> reporters;
    std::optional<TallyCaller> caller;
};

}  // namespace

TEST_CASE("F19: a worker that gets no memory ends, and its runs are taken over") {
    FragileWorld world;
    // A lost SMS is looked for among those of the last minutes to the same owner: not all can go to one.
    world.add_neighbours(9);
    Load load{world};
    load.more(30);
    {
        const NoMore none{load.worker.process(), RLIMIT_AS};
        REQUIRE(eventually([&] { return !world.workers().tend().empty(); }, FragileWorld::patience));
    }
    // Who dies at once is not started again at once.
    REQUIRE(eventually([&] {
        static_cast<void>(world.workers().tend());
        return !world.workers().running().empty();
    }));
    load.more(30);
    load.must_end_well();
}

TEST_CASE("F20: a worker that is out of descriptors says so, stays, and goes on once there are some") {
    FragileWorld world;
    Load load{world};
    load.more(30);
    {
        const NoMore none{load.worker.process(), RLIMIT_NOFILE};
        load.more(10);
        // It has to open another.
        world.execute(
            fmt::format("select pg_terminate_backend(pid) from pg_stat_activity where application_name like "
                        "'callflex control {} %'",
                        load.worker.process()));
        REQUIRE(eventually(
            [&] { return world.log_of("worker-1").find("Too many open files") != std::string::npos; },
            FragileWorld::patience));
    }
    load.more(30);
    CHECK(world.workers().tend().empty());
    load.must_end_well();
}
