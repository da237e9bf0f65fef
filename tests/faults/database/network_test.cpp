// What networks do to connections: between workers, ingress, callers and Postgres there is a proxy that does it.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/client/client.hpp"
#include "tests/faults/database/tallies.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/figures.hpp"

using namespace test;
using namespace std::chrono_literals;
using Kind = FaultProxy::Kind;

namespace {

struct Bad {
    const char* name;
    FaultProxy::Mode mode;
    /// True: work gets through while it lasts.
    bool bearable = false;
};

const std::vector<Bad> bad_networks = {
    {"delay of 20 ms", {.kind = Kind::delay, .delay = 20ms}, true},
    {"reset", {.kind = Kind::cut}},
    {"blackhole", {.kind = Kind::blackhole}},
    {"half open", {.kind = Kind::half_open}},
    {"answers held", {.kind = Kind::answers_held}},
    {"reset after 3000 bytes", {.kind = Kind::cut_after, .bytes = 3000}},
    {"64 KiB a second", {.kind = Kind::limit, .bytes = 65536}},
    {"reset before each 5th commit", {.kind = Kind::cut_before_commit, .every = 5}, true},
    {"reset before each 5th commit's answer", {.kind = Kind::cut_before_answer, .every = 5}, true},
};

/// A fault that lasts: there is nothing to wait for but its end.
void let_it_last(std::chrono::milliseconds how_long) {
    static_cast<void>(eventually([] { return false; }, how_long));
}

struct Through {
    explicit Through(FragileWorld& world) : proxy(world.socket()), url(FragileWorld::url_at(proxy.port())) {}
    FaultProxy proxy;
    std::string url;
};

/// How long after the fault's end somebody was acknowledged, and a run closed.
std::chrono::milliseconds time_to_recover(const FragileWorld& world, const Acknowledgements& acknowledged) {
    const auto end = std::chrono::steady_clock::now();
    const auto count = acknowledged.count();
    const auto closed = std::stoi(world.value("select count(*) from engine.closed_runs"));
    REQUIRE(eventually(
        [&] {
            return acknowledged.count() > count + 4 &&
                   std::stoi(world.value("select count(*) from engine.closed_runs")) > closed + 4;
        },
        FragileWorld::patience));
    return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - end);
}

}  // namespace

TEST_CASE(
    "whatever the network does, nothing is lost or doubled, and work goes on within seconds of its end") {
    FragileWorld world;
    Through workers{world};
    Through ingress{world};
    Through callers{world};
    world.start_worker("worker-1", workers.url, {{"FAULT_LEASE_MS", "3000"}});
    world.start_worker("worker-2", workers.url, {{"FAULT_LEASE_MS", "3000"}});
    const auto port = world.start_ingress("ingress-1", ingress.url);
    world.await_processes(2);

    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, 2, 20ms, acknowledged};
    TallyCaller caller{callers.url, "tally", acknowledged};
    for (const Bad& bad : bad_networks) {
        INFO(bad.name);
        for (Through* way : {&workers, &ingress, &callers}) way->proxy.set(bad.mode);
        const auto before = acknowledged.count();
        let_it_last(full_size() ? 15s : 1000ms);
        if (bad.bearable) CHECK(acknowledged.count() > before);
        for (Through* way : {&workers, &ingress, &callers}) way->proxy.set({});
        const auto took = time_to_recover(world, acknowledged);
        figure(fmt::format("work goes on after {}", bad.name), static_cast<double>(took.count()), "ms");
        if (full_size()) CHECK(took < 5s);
    }
    reporters.stop();
    const auto tallies = caller.stop();
    CHECK(world.becomes_quiet());
    CHECK(world.unprocessed(acknowledged.all()).empty());
    CHECK(wrong_tallies(world, tallies).empty());
    CHECK(tallies.size() > 10);
    CHECK(world.violations() == "");
    figure("acknowledged", acknowledged.count());
    figure("connections broken", workers.proxy.broken() + ingress.proxy.broken() + callers.proxy.broken());
}

TEST_CASE(
    "an answer that is cut off after any number of bytes is an error, never a hang, and never half an "
    "answer") {
    FragileWorld world;
    Through way{world};
    const int step = full_size() ? 1 : 37;
    int cut = 0;
    int whole = 0;
    for (int bytes = 1; bytes <= 4000; bytes += step) {
        way.proxy.set({.kind = Kind::cut_after, .bytes = static_cast<std::size_t>(bytes)});
        try {
            durable::store::ClosedListener listener{way.url};
            ++whole;
        } catch (const durable::store::StoreUnavailable&) {
            ++cut;
        }
        durable::client::Client client{
            {.connection_string = way.url, .notifications = false, .patience = 1ms}};
        durable::client::RunRef nobody;
        nobody.workflow = durable::WorkflowId{"nobody"};
        try {
            const bool found = client.describe(nobody).has_value();
            CHECK_FALSE(found);
            ++whole;
        } catch (const durable::store::StoreUnavailable&) {
            ++cut;
        }
    }
    figure("cut off", cut);
    CHECK(cut > 0);
    CHECK(whole > 0);
}

TEST_CASE("a first host that is silent is passed over within the deadline, by workers and callers alike") {
    FragileWorld world;
    Through silent{world};
    silent.proxy.set({.kind = Kind::blackhole});
    Through alive{world};
    const std::string url = fmt::format(
        "postgresql://test_app@127.0.0.1:{},127.0.0.1:{}/"
        "callflex?sslmode=disable&gssencmode=disable&connect_timeout=2&"
        "target_session_attrs=read-write",
        silent.proxy.port(), alive.proxy.port());
    world.start_worker("worker-1", url);
    const auto port = world.start_ingress("ingress-1", url);
    world.await_processes(1);
    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, 1, 10ms, acknowledged};
    TallyCaller caller{url, "tally", acknowledged};
    REQUIRE(eventually([&] { return acknowledged.count() >= 12; }, FragileWorld::patience));
    reporters.stop();
    const auto tallies = caller.stop();
    CHECK(world.becomes_quiet());
    CHECK(wrong_tallies(world, tallies).empty());
    CHECK(world.violations() == "");
}
