// F10: the connection on which a worker renews its lease is silent, while all its others are well.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>

#include "tests/faults/database/reporters.hpp"
#include "tests/faults/database/watched.hpp"
#include "tests/faults/vendors.hpp"
#include "tests/support/eventually.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// From now on the server writes down which process changes runs and activities, and when.
void watch_writers(const FragileWorld& world) {
    world.execute(R"(
create table public.writes (process text not null, at timestamptz not null);
create function public.note_write() returns trigger language plpgsql security definer as $$
begin
    -- Every session of a worker is called "callflex <what for> <process> ...".
    insert into public.writes (process, at)
    values (split_part(current_setting('application_name'), ' ', 3), clock_timestamp());
    return null;
end
$$;
create trigger note_write after insert or update or delete on engine.live_runs
    for each row execute function public.note_write();
create trigger note_write after insert or update or delete on engine.activities
    for each row execute function public.note_write();
create trigger note_write after insert on engine.history
    for each row execute function public.note_write();)");
}

/// What that process has changed; `when` is a condition on the moment `at`.
int writes_of(const FragileWorld& world, const Watched& worker, const std::string& when) {
    return std::stoi(world.value(fmt::format("select count(*) from public.writes where process = '{}' and {}",
                                             worker.process(), when)));
}

}  // namespace

TEST_CASE(
    "F10: a worker of which only the heartbeats get lost stops before its lease ends, another goes on with "
    "its runs, and it comes back") {
    FragileWorld world;
    // A lost SMS is looked for among those of the last minutes to the same owner: not all can go to one.
    world.add_neighbours(9);
    watch_writers(world);
    // So that there is always something under way that its worker could go on with.
    ask_sandbox(world.sandbox_url(), "POST", "/sandbox/faults",
                R"({"vendor": "resend", "mode": "delay", "delay_ms": 3000})");
    const FragileWorld::Settings lease{{"FAULT_LEASE_MS", "4000"}};
    FaultProxy proxy{world.socket()};
    const Watched deaf{world, world.start_worker("deaf", FragileWorld::url_at(proxy.port()), lease)};
    const auto port = world.start_ingress("ingress-1");
    world.await_processes(1);
    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, 2, 40ms, acknowledged};
    REQUIRE(eventually([&] { return deaf.runs() > 10; }, FragileWorld::patience));
    const pid_t other = world.start_worker("other", "", lease);
    world.await_processes(2);
    CHECK(writes_of(world, deaf, "true") > 0);

    const std::string number = deaf.number();
    proxy.set({.kind = FaultProxy::Kind::blackhole, .only = "callflex control"});
    REQUIRE(eventually([&] { return !deaf.is_registered(); }, FragileWorld::patience));
    REQUIRE(eventually([&] { return deaf.runs() == 0; }, FragileWorld::patience));
    const std::size_t before = acknowledged.count();
    REQUIRE(eventually([&] { return acknowledged.count() >= before + 20; }, FragileWorld::patience));
    // Its other connections were never silent: what it has left undone it has not wanted.
    CHECK(writes_of(world, deaf,
                    "at > (select lease_until from engine.workers where worker_no = " + number + ")") == 0);
    CHECK(deaf.registrations() == 1);

    proxy.set({});
    REQUIRE(eventually([&] { return deaf.is_registered(); }, FragileWorld::patience));
    CHECK(deaf.number() != number);
    // From here on there is nobody but it.
    ::kill(other, SIGKILL);
    ask_sandbox(world.sandbox_url(), "DELETE", "/sandbox/faults");
    const std::size_t then = acknowledged.count();
    REQUIRE(eventually([&] { return acknowledged.count() >= then + 20; }, FragileWorld::patience));
    reporters.stop();
    CHECK(world.becomes_quiet());
    CHECK(world.unprocessed(acknowledged.all()).empty());
    CHECK(world.violations() == "");
    CHECK(ask_sandbox(world.sandbox_url(), "GET", "/sandbox/invariants")["violations"].empty());
    CHECK(proxy.broken() == 0);
    for (const auto& died : world.workers().tend()) CHECK(died.name == "other");
}
