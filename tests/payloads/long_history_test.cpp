// A history of 100,000 events: it runs on, lists, shows and replays, and a piece of it costs the same at
// either end.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <regex>
#include <sstream>

#include "engine/replay/execution.hpp"
#include "engine/store/history_page.hpp"
#include "tests/payloads/post.hpp"
#include "tests/support/figures.hpp"

using namespace durable;
using namespace durable::test;
using ::test::figure;

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

// Four events each: two signals and what each made. Under a sanitizer so many take so long to replay that a worker
// takes it for an endless loop.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int activations = 3'334;
#else
constexpr int activations = 33'334;
#endif
constexpr int events_wanted = 3 * activations;

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
    /// Pages of the database that a piece of the history touches, by the store's own statement.
    int buffers(const std::string& statement, int from) const {
        std::ostringstream text;
        text << std::ifstream{CALLFLEX_SOURCE_DIR "/engine/store/sql/" + statement + ".sql"}.rdbuf();
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        tx.exec("set local plan_cache_mode = force_generic_plan; prepare piece as " + text.str());
        const auto plan = tx.exec(
            fmt::format("explain (analyze, buffers, costs off, timing off) execute piece('{}', {}, 50)",
                        run.value.to_string(), from));
        // The first line of that kind is the topmost node's: all of it.
        static const std::regex touched{R"(Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?)"};
        for (const auto& row : plan) {
            std::smatch match;
            const auto line = row[0].as<std::string>();
            if (!std::regex_search(line, match, touched)) continue;
            return (match[1].matched ? std::stoi(match[1]) : 0) +
                   (match[2].matched ? std::stoi(match[2]) : 0);
        }
        FAIL("the plan tells of no buffers");
        return 0;
    }
    /// What the command line prints, a line an element.
    std::vector<std::string> callflex(const std::string& arguments) const {
        const std::string line =
            fmt::format("DATABASE_URL='{}' '{}' {} 2>&1", database.url(), CALLFLEX_BINARY, arguments);
        const std::unique_ptr<FILE, int (*)(FILE*)> pipe{::popen(line.c_str(), "r"), ::pclose};
        REQUIRE(pipe);
        std::string printed;
        std::array<char, 4096> part{};
        while (std::fgets(part.data(), part.size(), pipe.get()) != nullptr) printed += part.data();
        std::vector<std::string> lines;
        std::istringstream in{printed};
        for (std::string each; std::getline(in, each);) lines.push_back(each);
        return lines;
    }
    /// The first event that `workflow show` prints, a line an event, and how long it took.
    std::pair<int, std::chrono::duration<double, std::milli>> show(const std::string& options) const {
        const auto begun = std::chrono::steady_clock::now();
        const auto lines = callflex("workflow show long --limit 20 -o jsonl " + options);
        const auto took = std::chrono::steady_clock::now() - begun;
        CAPTURE(fmt::format("{}", fmt::join(lines, "\n")));
        CHECK(lines.size() >= 20);
        CHECK(lines.size() <= 23);  // whole activations of four
        REQUIRE(lines.front().starts_with("{\"event\":"));
        return {std::stoi(lines.front().substr(lines.front().find(':') + 1)), took};
    }
    int events = 0;
};

}  // namespace

TEST_CASE_FIXTURE(Long, "a history of 100,000 events: a page costs the same at either end") {
    CHECK(events >= events_wanted);
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

    const int at_begin = buffers("history_page", 1);
    const int at_end = buffers("history_page_back", events);
    const int near_end = buffers("history_page", events - 150);
    CAPTURE(at_begin);
    CAPTURE(at_end);
    CAPTURE(near_end);
    for (const int touched : {at_begin, at_end, near_end}) {
        CHECK(touched > 0);
        CHECK(touched <= 60);
    }
    figure("events", events);
    figure("buffers of a page at the begin", at_begin);
    figure("at the end", at_end);
}

TEST_CASE_FIXTURE(Long, "a history of 100,000 events is shown by the command line from either end") {
    const auto [oldest, first_took] = show("");
    CHECK(oldest == 1);
    const auto [newest, last_took] = show("--reverse");
    CHECK(newest == events - 3);  // the newest activation's first
    const auto [inside, inside_took] = show(fmt::format("--from {}", events / 2));
    CHECK(inside <= events / 2);
    CHECK(inside > events / 2 - 4);
    const auto listed = callflex("workflow list -o jsonl");
    REQUIRE(listed.size() == 1);
    CHECK(listed.front().find("\"long\"") != std::string::npos);
    figure("workflow show at the begin", first_took.count(), "ms");
    figure("workflow show at the end", last_took.count(), "ms");
}

TEST_CASE_FIXTURE(Long, "a history of 100,000 events replays, and its run goes on") {
    CHECK(client->list({}).size() == 1);
    const auto worker = start_worker();
    const auto begun = std::chrono::steady_clock::now();
    CHECK(client->signal({.run = run}, count_on, 1) == store::SendResult::delivered);
    CHECK(client->result(counter, {.run = run}, 300s) == 2 * activations + 1);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    figure("loaded, replayed and ended after", took.count(), "s");
    must_hold();
}
