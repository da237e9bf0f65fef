// Golden histories: runs recorded once, kept as readable JSON in tests/histories, replayed by today's code. A
// change that makes one of these fail would block real runs. To add one: write the workflow here, run this
// test with CALLFLEX_WRITE_HISTORIES=1 once, read the file, commit it. Never rewrite an old one.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/replay/family.hpp"

namespace durable::test {
namespace {

Task<std::string> step(Workflow& wf, std::string name, int size) {
    const Done done = co_await wf.run(work, {name, size});
    co_return done.text;
}

/// Every verb of the vocabulary once.
Task<std::string> everything(Workflow& wf, Job job) {
    const int effect = wf.side_effect([] { return 11; });
    std::string log = job.name + std::to_string(effect) + std::to_string(wf.random().uniform(0, 99));
    auto [a, b] = co_await wf.all(step(wf, "a", 1), wf.run(other_work, {wf.uuid().to_string(), 2}));
    log += a + b.text;
    const auto first =
        co_await wf.any(wf.run(work, {"slow", 3}, with(CancellationType::wait_cancelled)), wf.sleep(1min));
    log += std::to_string(first.index);
    const auto failed = co_await wf.attempt(work, {"fails", 4});
    log += failed.ok() ? "ok" : failed.failure().cause->type;
    bool enough = false;
    const auto channel = wf.signals(numbers);
    while (const auto number = channel.try_receive()) enough = enough || *number > 1;
    log += co_await wf.wait_until([&enough] { return enough; }, 5min) ? "held" : "over";
    const Done approved = co_await wf.signals(approve).receive();
    log += approved.text;
    const auto canceled = co_await wf.attempt(wf.sleep(std::chrono::days{90}));
    if (canceled.canceled()) log += co_await wf.shielded(step(wf, "undo", 5));
    co_return log;
}

history::History record_everything() {
    Script script{everything, Job{"job", 1}, std::chrono::days{30}};
    script.feed(Script::signal("numbers", 1));
    script.wait(10s).feed(Script::completed(4, Done{"A"}), Script::completed(5, Done{"B"}));
    script.wait(1min);
    const auto pending = script.execution().pending_activities();
    REQUIRE(pending.size() == 1);
    script.complete(pending[0].scheduled.value, Done{"too late"});
    script.feed(Script::failed(script.execution().pending_activities().at(0).scheduled.value, "Broken"));
    script.wait(5min);
    script.feed(Script::signal("approve", Done{"yes"})).feed(Script::cancel("done with it"));
    script.complete(script.execution().pending_activities().at(0).scheduled.value, Done{"undone"});
    CHECK(script.status() == replay::RunStatus::completed);
    return script.history();
}

// --- children, published state, queries, and a chain -----------------------------------------------------

struct Site {
    std::string name;
    int round = 0;
};
BOOST_DESCRIBE_STRUCT(Site, (), (name, round))

constexpr StateKey<Site> site_state{"site"};
constexpr Query<Nothing, Site> where_are_we{"where_are_we"};

ChildOptions demanding(const std::string& id) {
    ChildOptions options = named(id, CancellationType::try_cancel);
    options.parent_close = ParentClosePolicy::request_cancel;
    options.reuse = ChildReuse::reject;
    options.queue = "painters";
    options.run_timeout = 2h;
    return options;
}

/// Every verb that has to do with other runs once, then the next run.
Task<std::string> builds(Workflow& wf, Site site) {
    Site& shown = wf.keep(site);
    wf.on_query(where_are_we, [&shown](const Nothing&) { return shown; });
    wf.publish(site_state, site);
    ActivityOptions patient = work.options();
    patient.priority = 5;
    patient.limit = ActivityLimit{.key = site.name, .concurrency = 2, .per_second = 0.5, .burst = 3};
    co_await wf.run(work, {"clear", 1}, patient);
    const Done walls = co_await wf.child(painter, {"walls", 1}, named(site.name + "-walls"));
    shown.name += walls.text;
    const auto roof = co_await wf.start_child(painter, {"roof", 2}, demanding(site.name + "-roof"));
    const auto refused = co_await wf.attempt(wf.child(plumber, {"bath", 3}, named(site.name + "-bath")));
    shown.name += refused.ok() ? "bath" : refused.failure().cause->type;
    const auto first = co_await wf.any(roof, wf.sleep(1min));
    shown.name += std::to_string(first.index);
    static_cast<void>(co_await wf.signals(numbers).receive());
    ++shown.round;
    wf.publish(site_state, shown);
    wf.continue_as_new(shown);
}

history::History record_building() {
    history::WorkflowStarted started{
        .type = "builds", .workflow_id = "site-9", .tenant = "acme", .queue = "default"};
    started.input = encode(Site{"north", 1});
    started.run_timeout = std::chrono::days{30};
    started.run_deadline = some_day + std::chrono::days{30};
    started.parent = history::ParentRun{some_run, some_run, EventId{3}, "company"};
    started.continued_from = some_run;
    started.signals = {Script::signal("approve", Done{"carried"})};
    started.scheduled_for = some_day - 1h;
    Script script{builds, started};
    script.feed().feed(Script::completed(3, Done{"cleared"}));
    script.feed(script.child_started(5)).feed(script.child_completed(5, Done{"+red"}));
    script.feed(script.child_started(8)).feed(script.child_refused(10));
    script.feed(Script::signal("approve", Done{"unread"})).wait(1min);
    script.feed(script.child_failed(8, {.kind = FailureKind::canceled, .message = "lost the race"}));
    script.feed(Script::signal("numbers", 1));
    CHECK(script.status() == replay::RunStatus::continued_as_new);
    return script.history();
}

std::filesystem::path golden(const std::string& name) {
    return std::filesystem::path{CALLFLEX_SOURCE_DIR} / "tests/histories" / (name + ".json");
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file{path};
    REQUIRE(file);
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Replays the file; gives how the run stands at its end.
replay::RunStatus replay_golden(const std::string& name, const WorkflowRegistry& registry) {
    const history::Exported exported = history::import_json(text_of(golden(name)));
    replay::Execution execution{registry, exported.run, "today"};
    for (const history::Activation& activation : exported.history) {
        const auto blocked = execution.replay(activation);
        if (blocked) FAIL(name << ": " << blocked->reason);
    }
    return execution.status();
}

void write_if_asked(const std::string& name, const history::History& recorded) {
    if (std::getenv("CALLFLEX_WRITE_HISTORIES") == nullptr || std::filesystem::exists(golden(name))) return;
    std::ofstream{golden(name)} << history::export_json(some_run, recorded);
}

void check_same_but_for_sources(const std::string& name, const history::History& now) {
    const history::Exported then = history::import_json(text_of(golden(name)));
    REQUIRE(now.size() == then.history.size());
    for (std::size_t i = 0; i < now.size(); ++i) {
        CHECK(now[i].arrived == then.history[i].arrived);
        CHECK(now[i].time == then.history[i].time);
        REQUIRE(now[i].commands.size() == then.history[i].commands.size());
        for (std::size_t c = 0; c < now[i].commands.size(); ++c) {
            CHECK(history::kind_name(now[i].commands[c]) == history::kind_name(then.history[i].commands[c]));
        }
    }
}

TEST_CASE("a run that used every verb, recorded long ago, replays on today's code") {
    write_if_asked("engine_every_verb", record_everything());
    WorkflowRegistry registry;
    registry.add(WorkflowType<Job, std::string>{"scripted"}, everything);
    CHECK(replay_golden("engine_every_verb", registry) == replay::RunStatus::completed);
}

TEST_CASE("a run with children that continued as new, recorded long ago, replays on today's code") {
    write_if_asked("engine_family", record_building());
    WorkflowRegistry registry;
    registry.add(WorkflowType<Site, std::string>{"builds"}, builds);
    CHECK(replay_golden("engine_family", registry) == replay::RunStatus::continued_as_new);
}

TEST_CASE("what is recorded today is what was recorded then, but for source lines, which follow the code") {
    check_same_but_for_sources("engine_every_verb", record_everything());
    check_same_but_for_sources("engine_family", record_building());
}

}  // namespace
}  // namespace durable::test
