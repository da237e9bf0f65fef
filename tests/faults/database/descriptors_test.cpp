// F20: a worker process may open no file and no socket more.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <filesystem>

#include "tests/faults/database/tallies.hpp"
#include "tests/faults/database/watched.hpp"
#include "tests/faults/vendors.hpp"
#include "tests/support/eventually.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// Below what the process has open: it keeps that, and gets nothing more until this object ends.
class NoDescriptors {
  public:
    explicit NoDescriptors(pid_t process) : process_(process) {
        constexpr rlim_t standard_streams = 3;
        REQUIRE(::prlimit(process_, RLIMIT_NOFILE, nullptr, &before_) == 0);
        const rlimit none{.rlim_cur = standard_streams, .rlim_max = before_.rlim_max};
        REQUIRE(::prlimit(process_, RLIMIT_NOFILE, &none, nullptr) == 0);
    }
    ~NoDescriptors() { ::prlimit(process_, RLIMIT_NOFILE, &before_, nullptr); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

  private:
    pid_t process_;
    rlimit before_{};
};

}  // namespace

TEST_CASE("F20: a worker that is out of descriptors says so, stays, and goes on once there are some") {
    FragileWorld world;
    const Watched worker{world, world.start_worker("worker-1")};
    const std::vector<std::uint16_t> ports{world.start_ingress("ingress-1")};
    world.await_processes(1);
    Acknowledgements acknowledged;
    Reporters reporters{world, ports, 2, 30ms, acknowledged};
    TallyCaller caller{world.url(), "tally", acknowledged};
    const auto await_more = [&](std::size_t more) {
        const std::size_t before = acknowledged.count();
        REQUIRE(eventually([&] { return acknowledged.count() >= before + more; }, FragileWorld::patience));
    };
    await_more(30);
    {
        const NoDescriptors none{worker.process()};
        await_more(10);
        // It has to open others.
        world.execute(
            fmt::format("select pg_terminate_backend(pid) from pg_stat_activity where application_name like "
                        "'callflex control {} %'",
                        worker.process()));
        REQUIRE(eventually(
            [&] { return world.log_of("worker-1").find("Too many open files") != std::string::npos; },
            FragileWorld::patience));
    }
    await_more(30);
    reporters.stop();
    const auto tallies = caller.stop();
    CHECK(world.becomes_quiet());
    CHECK(world.workers().tend().empty());
    CHECK(world.unprocessed(acknowledged.all()).empty());
    CHECK(wrong_tallies(world, tallies).empty());
    CHECK(world.violations() == "");
    CHECK(ask_sandbox(world.sandbox_url(), "GET", "/sandbox/invariants")["violations"].empty());
}
