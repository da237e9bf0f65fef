// A history of 100,000 events: it runs on, lists, shows and replays, and a piece of it costs the same at
// either end.

#include <fmt/format.h>

#include "engine/replay/execution.hpp"
#include "engine/store/history_page.hpp"
#include "tests/payloads/post.hpp"

using namespace durable;
using namespace durable::test;

namespace {

constexpr WorkflowType<int, int> counter{"counter"};
constexpr Signal<int> count_on{"count_on"};

/// Takes signals until it has `wanted` of them, and notes each.
Task<int> count(Workflow& wf, int wanted) {
    int sum = 0;
    for (int i = 0; i < wanted; ++i) {
        sum += co_await wf.signals(count_on).receive();
        static_cast<void>(wf.side_effect([&] { return sum; }));
    }
    co_return sum;
}

constexpr int activations = 33'334;  // three events each: a signal and what it made, and a second signal

struct Long : Post {
    RunId run;
    Long() {
        workflows.add(counter, count);
        client::StartOptions options;
        options.workflow = WorkflowId{"long"};
        run = client->start(counter, 2 * activations + 1, options).run;
        write_history();
    }
    /// As workers would have written it, in one statement.
    void write_history() {
        replay::Execution execution{workflows, run, "test-1"};
        const auto first = client->history(run).front();
        REQUIRE_FALSE(execution.replay(first));
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        pqxx::stream_to rows{tx, "engine.history",
                             std::vector<std::string>{"run_id", "first_event", "events", "activation"}};
        Timestamp now = first.time;
        for (int i = 0; i < activations; ++i) {
            now += Duration{1};
            std::vector<history::Event> arrived;
            for (int each = 0; each < 2; ++each)
                arrived.emplace_back(history::SignalReceived{"count_on", Payload{"1"}, ""});
            auto made = execution.activate(std::move(arrived), now);
            REQUIRE(made.activated);
            const history::Activation& activation = made.activated->activation;
            std::string hex = "\\x";
            for (const char c : history::encode(activation))
                hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
            rows << std::make_tuple(run.value.to_string(), activation.first_event.value,
                                    activation.event_count(), hex);
        }
        rows.complete();
        events = execution.next_event().value - 1;
        tx.exec(
            fmt::format("update engine.live_runs set activations = {}, next_event = {} where run_id = '{}'",
                        activations + 1, events + 1, run.value.to_string()));
        tx.commit();
    }
    /// Pages of the database that a piece touches.
    int buffers(const std::string& from, bool backwards) const {
        const std::string statement = backwards ? "first_event <= " + from + " order by first_event desc"
                                                : "first_event >= " + from + " order by first_event";
        database.execute("drop table if exists public.plan; create table public.plan (line text)");
        database.execute(
            "do $$ declare l text; begin for l in execute 'explain (analyze, buffers, costs off, timing off) "
            "select "
            "first_event, events, activation from engine.history where run_id = ''" +
            run.value.to_string() + "'' and " + statement +
            " limit 50' loop insert into public.plan values (l); end loop; end $$");
        return std::stoi(
            database.value("select (coalesce(substring(line from 'hit=([0-9]+)')::int, 0) +"
                           " coalesce(substring(line from 'read=([0-9]+)')::int, 0)) from public.plan where "
                           "line like '%Buffers%' order by ctid limit 1"));
    }
    int events = 0;
};

}  // namespace

TEST_CASE_FIXTURE(Long,
                  "a history of 100,000 events replays, shows from either end at one price, and runs on") {
    CHECK(events >= 100'000);
    const auto first = client->history_page(run, {EventId{1}, 50, false});
    REQUIRE(first.size() == 50);
    CHECK(first.front().first_event == EventId{1});
    const auto last = client->history_page(run, {store::newest_event, 50, true});
    REQUIRE(last.size() == 50);
    CHECK(last.front().next_event().value == events + 1);
    CHECK(last.back().first_event < last.front().first_event);
    const auto middle = client->history_page(run, {EventId{events / 2}, 1, false});
    REQUIRE(middle.size() == 1);
    CHECK(middle.front().first_event.value <= events / 2);
    CHECK(middle.front().next_event().value > events / 2);

    const int at_begin = buffers("1", false);
    const int at_end = buffers(std::to_string(events), true);
    CAPTURE(at_begin);
    CAPTURE(at_end);
    CHECK(at_begin <= 60);
    CHECK(at_end <= 60);

    CHECK(client->list({}).size() == 1);
    const auto worker = start_worker();
    CHECK(client->signal({.run = run}, count_on, 1) == store::SendResult::delivered);
    CHECK(client->result(counter, {.run = run}, 300s) == 2 * activations + 1);
    must_hold();
}
