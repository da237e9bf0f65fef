// 1.6 and 2.16 Workflow task failure: what becomes of a run whose code throws what is no failure of the
// workflow, or does not answer as recorded; how it is found, and how it goes on.

#include <prometheus/registry.h>

#include <algorithm>

#include "tests/conformance/fleet.hpp"
#include "tests/conformance/support.hpp"

namespace {

using namespace conformance;
using namespace std::chrono_literals;
using durable::EventId;
using durable::MismatchPolicy;
using durable::Nothing;
using durable::RunId;
using durable::Task;
using durable::Workflow;
using durable::WorkflowRegistry;
using durable::WorkflowType;
using durable::replay::RunStatus;

constexpr WorkflowType<Nothing, int> counting{"counting"};
constexpr durable::Signal<int> number_came{"number_came"};
constexpr durable::Query<Nothing, int> sum_so_far{"sum_so_far"};

enum class Code { sound, throws, declares, sleeps_first };

/// Sums up two numbers.
template <Code code>
Task<int> counts(Workflow& wf, Nothing) {
    int& sum = wf.keep(0);
    wf.on_query(sum_so_far, [&sum](const Nothing&) { return sum; });
    if (code == Code::sleeps_first) co_await wf.sleep(1h);
    sum += co_await wf.signals(number_came).receive();
    if (code == Code::throws) throw std::out_of_range{"a bug"};
    if (code == Code::declares) throw durable::ApplicationError{"Overflow", "too much"};
    sum += co_await wf.signals(number_came).receive();
    co_return sum;
}

template <Code code>
WorkflowRegistry program() {
    WorkflowRegistry workflows;
    workflows.add(counting, counts<code>);
    return workflows;
}

struct Floor : Fleet {
    WorkflowRegistry sound = program<Code::sound>();
    WorkflowRegistry throwing = program<Code::throws>();
    WorkflowRegistry changed = program<Code::sleeps_first>();

    durable::store::RunInfo::BlockedInfo block(RunId run) {
        until_blocked(run);
        return *client.describe(ref(run))->blocked;
    }
    std::size_t found(const std::string& filter) { return client.search({.filter = filter}).size(); }
    std::size_t turns(RunId run) { return client.history(run).size(); }
    void open_with(RunId run, const WorkflowRegistry& workflows) {
        auto first = worker("build-1", workflows);
        until_turns(run, 1);
        retire(std::move(first));
    }
};

/// The sum of all series of a counter that have this label.
double value_of(const prometheus::Registry& registry, const std::string& name, const std::string& label) {
    double sum = 0;
    for (const auto& family : registry.Collect()) {
        if (family.name != name) continue;
        for (const auto& metric : family.metric) {
            const bool fits =
                std::ranges::any_of(metric.label, [&](const auto& l) { return l.value == label; });
            if (fits) sum += metric.counter.value;
        }
    }
    return sum;
}

}  // namespace

TEST_CASE("2.16 a declared failure fails the run; any other exception blocks it, and nothing is recorded") {
    Floor floor;
    const WorkflowRegistry declaring = program<Code::declares>();
    const RunId fails = floor.start(counting, Nothing{}, "fails");
    {
        const auto worker = floor.worker("build-1", declaring);
        floor.signal(fails, number_came, 1);
        const auto ended = floor.client.wait_result(ref(fails), 60s);
        CHECK(ended.status == RunStatus::failed);
        CHECK(ended.failure->type == "Overflow");
    }
    const RunId blocked = floor.start(counting, Nothing{}, "blocked");
    const auto worker = floor.worker("build-2", floor.throwing);
    floor.until_turns(blocked, 1);
    floor.signal(blocked, number_came, 1);
    const auto why = floor.block(blocked);
    CHECK(why.kind == "escaped_exception");
    CHECK(why.reason.find("a bug") != std::string::npos);
    CHECK(why.build == "build-2");
    CHECK(floor.turns(blocked) == 2);
    CHECK(floor.client.describe(ref(blocked))->status == RunStatus::running);
}

TEST_CASE("2.16 it is tried again ever more rarely, at most ten minutes apart, and history does not grow") {
    Floor floor;
    const RunId run = floor.start(counting, Nothing{}, "counting-1");
    const auto worker = floor.worker("build-1", floor.throwing);
    floor.signal(run, number_came, 1);
    std::vector<durable::Duration> pauses;
    for (int failures = 1; failures <= 12; ++failures) {
        floor.until([&] {
            const auto info = floor.client.describe(ref(run));
            return info->blocked && info->blocked->failures == failures && !info->owner;
        });
        const auto info = floor.client.describe(ref(run));
        pauses.push_back(*info->wake_at - info->now);
        floor.database.advance_to(*info->wake_at);
    }
    CHECK(pauses[0] <= 1s);
    CHECK(std::ranges::is_sorted(pauses.begin(), pauses.begin() + 10));
    CHECK(pauses[8] > 4min);
    CHECK(pauses[11] > 9min);
    CHECK(pauses[11] <= 10min);
    CHECK(floor.turns(run) <= 2);
}

TEST_CASE("2.16 it goes on by itself when code arrives that can, with all that has come in meanwhile") {
    Floor floor;
    const RunId run = floor.start(counting, Nothing{}, "counting-1");
    auto broken = floor.worker("build-1", floor.throwing);
    floor.signal(run, number_came, 1);
    floor.until_blocked(run);
    floor.signal(run, number_came, 2);
    floor.retire(std::move(broken));
    const auto fixed = floor.worker("build-2", floor.sound);
    CHECK(floor.result(counting, run) == 3);
    CHECK(floor.number("select count(*) from engine.blocked") == 0);
    floor.must_be_sound();
}

TEST_CASE("2.16 queries are answered as of the last commit; code that cannot replay says which build can") {
    Floor floor;
    const RunId run = floor.start(counting, Nothing{}, "counting-1");
    floor.open_with(run, floor.sound);
    const auto worker = floor.worker("build-2", floor.throwing);
    floor.signal(run, number_came, 1);
    floor.until_blocked(run);
    CHECK(floor.client.query(floor.throwing, ref(run), sum_so_far, Nothing{}) == 0);
    try {
        static_cast<void>(floor.client.query(floor.changed, ref(run), sum_so_far, Nothing{}));
        FAIL("half a state was given");
    } catch (const durable::client::NeedsBuild& refused) {
        CHECK(refused.build() == "build-1");
    }
}

TEST_CASE("1.6 stuck detection: a blocked run is found by list, count and why from its first failure on") {
    Floor floor;
    const RunId run = floor.start(counting, Nothing{}, "counting-1");
    floor.start(counting, Nothing{}, "healthy");
    auto broken = floor.worker("build-1", floor.throwing);
    floor.signal(run, number_came, 1);
    CHECK(floor.block(run).failures >= 1);
    CHECK(floor.found("Blocked = true and BlockedKind = 'escaped_exception'") == 1);
    CHECK(floor.client.count({}).blocked == 1);
    const auto why = floor.client.why(floor.throwing, ref(run));
    CHECK(why.kind == "blocked");
    floor.retire(std::move(broken));
    const auto fixed = floor.worker("build-2", floor.sound);
    floor.until([&] { return floor.found("Blocked = true") == 0; });
    CHECK(floor.client.describe(ref(run))->status == RunStatus::running);
}

TEST_CASE("2.16 metrics: blocked activations are counted by their cause") {
    Floor floor;
    const auto metrics = std::make_shared<prometheus::Registry>();
    const std::string series = "durable_worker_runs_blocked_total";
    const RunId run = floor.start(counting, Nothing{}, "counting-1");
    floor.open_with(run, floor.sound);
    const auto broken = floor.worker("build-2", floor.throwing, {}, metrics);
    floor.signal(run, number_came, 1);
    floor.until([&] { return value_of(*metrics, series, "escaped_exception") >= 1; });
    CHECK(value_of(*metrics, series, "mismatch") == 0);
}

// --- what a mismatch leads to ------------------------------------------------------------------------------

TEST_CASE("1.6 on a mismatch a run is suspended, and goes on with a build that answers as recorded") {
    Floor floor;
    const RunId run = floor.start(counting, Nothing{}, "counting-1");
    floor.open_with(run, floor.sound);
    auto wrong = floor.worker("build-2", floor.changed);
    floor.signal(run, number_came, 1);
    CHECK(floor.block(run).kind == "mismatch");
    floor.retire(std::move(wrong));
    const auto right = floor.worker("build-3", floor.sound);
    floor.signal(run, number_came, 2);
    CHECK(floor.result(counting, run) == 3);
}

TEST_CASE("1.6 on a mismatch a run fails instead, if its start says so") {
    Floor floor;
    durable::client::StartOptions options{.workflow = durable::WorkflowId{"counting-1"}};
    options.on_mismatch = MismatchPolicy::fail;
    const RunId run = floor.client.start(counting, Nothing{}, options).run;
    floor.open_with(run, floor.sound);
    const auto wrong = floor.worker("build-2", floor.changed);
    floor.signal(run, number_came, 1);
    const auto ended = floor.client.wait_result(ref(run), 60s);
    CHECK(ended.status == RunStatus::failed);
    CHECK(ended.failure->type == "Mismatch");
}

TEST_CASE("1.6 on a mismatch a run fails instead, if its type says so and its start nothing else") {
    Floor floor;
    WorkflowRegistry strict;  // the changed code
    strict.add(counting, counts<Code::sleeps_first>, durable::Versioning::auto_upgrade, MismatchPolicy::fail);
    const RunId fails = floor.start(counting, Nothing{}, "fails");
    durable::client::StartOptions options{.workflow = durable::WorkflowId{"waits"}};
    options.on_mismatch = MismatchPolicy::suspend;
    const RunId waits = floor.client.start(counting, Nothing{}, options).run;
    auto sound = floor.worker("build-1", floor.sound);
    for (const RunId run : {fails, waits}) floor.until_turns(run, 1);
    floor.retire(std::move(sound));
    const auto worker = floor.worker("build-2", strict);
    for (const RunId run : {fails, waits}) floor.signal(run, number_came, 1);
    const auto ended = floor.client.wait_result(ref(fails), 60s);
    CHECK(ended.status == RunStatus::failed);
    CHECK(ended.failure->type == "Mismatch");
    CHECK(floor.block(waits).kind == "mismatch");
    CHECK(floor.client.describe(ref(waits))->status == RunStatus::running);
}

TEST_CASE("1.6 a blocked run is reset to before the first mismatch, and goes on with the new code") {
    Floor floor;
    const RunId run = floor.start(counting, Nothing{}, "counting-1");
    floor.open_with(run, floor.sound);
    const auto wrong = floor.worker("build-2", floor.changed);
    floor.signal(run, number_came, 1);
    floor.until_blocked(run);
    const auto reset = floor.client.reset(
        floor.changed, ref(run),
        {.point = {.at = durable::client::ResetPoint::At::before_first_mismatch}, .reason = "new code"});
    floor.signal(reset.run, number_came, 2);
    floor.until([&] { return floor.turns(reset.run) >= 2; });
    floor.advance(2h);
    CHECK(floor.result(counting, reset.run) == 3);
    floor.must_be_sound();
}
