// The golden history of a run that takes updates and sends messages to others: recorded once, replayed by today's code,
// as golden_test.cpp does it. Written with CALLFLEX_WRITE_HISTORIES=1, never rewritten.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

constexpr Update<int, int> plain{"plain"};
constexpr Update<std::string, std::string> slow{"slow"};

Task<std::string> fetched(Workflow& wf, std::vector<std::string>& shelf, std::string what) {
    const Done done = co_await wf.run(work, {what, 1});
    if (done.text.empty()) throw ApplicationError("SoldOut", "there is none left");
    shelf.push_back(done.text);
    co_return done.text;
}

Task<std::vector<std::string>> stocks(Workflow& wf, Nothing) {
    auto& shelf = wf.keep(std::vector<std::string>{});
    wf.on_update(
        plain, [](int number) { return number + 1; },
        [](const int& number) {
            if (number < 0) throw ApplicationError("Negative", "only what there is");
        });
    wf.on_update(slow, [&wf, &shelf](std::string what) { return fetched(wf, shelf, std::move(what)); });
    const auto told = co_await wf.attempt(wf.signal_workflow(WorkflowId{"till"}, numbers, 7));
    if (!told.ok()) shelf.push_back(told.failure().type);
    const auto asked = co_await wf.attempt(wf.cancel_workflow(WorkflowId{"thief"}, "no stealing"));
    if (!asked.ok()) shelf.push_back(asked.failure().type);
    co_await wf.wait_until([&shelf] { return shelf.size() >= 2; });
    co_await wf.all_handlers_finished();
    co_return shelf;
}

history::UpdateAccepted request(const std::string& id, const std::string& name, const Payload& input) {
    return {.id = id, .name = name, .input = input};
}

history::History record() {
    Script script{stocks};
    script.feed().feed(history::ExternalDelivered{EventId{2}});
    script.feed(request("u-1", "plain", encode(1)), request("u-2", "slow", encode(std::string{"tea"})));
    const Failure nobody{.type = "WorkflowNotFound", .message = "no open run has it", .retryable = false};
    script.feed(history::ExternalFailed{EventId{4}, nobody});
    script.feed(request("u-3", "slow", encode(std::string{"jam"})));
    const auto pending = script.execution().pending_activities();
    REQUIRE(pending.size() == 2);
    script.complete(pending[1].scheduled.value, Done{""});
    script.complete(pending[0].scheduled.value, Done{"green tea"});
    CHECK(script.result<std::vector<std::string>>() ==
          std::vector<std::string>{"WorkflowNotFound", "green tea"});
    return script.history();
}

}  // namespace

TEST_CASE(
    "a recorded history of updates and messages to other workflows still replays, and is made the same way") {
    const auto path = std::filesystem::path{CALLFLEX_SOURCE_DIR} / "tests/histories/engine_messages.json";
    const history::History made = record();
    if (std::getenv("CALLFLEX_WRITE_HISTORIES") != nullptr && !std::filesystem::exists(path)) {
        std::ofstream{path} << history::export_json(some_run, made);
    }
    std::ifstream file{path};
    REQUIRE(file);
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const history::Exported exported = history::import_json(text);
    CHECK(history::export_json(exported.run, exported.history) == text);
    WorkflowRegistry registry;
    registry.add(WorkflowType<Nothing, std::vector<std::string>>{"scripted"}, stocks);
    replay::Execution execution{registry, exported.run, "today"};
    for (const history::Activation& activation : exported.history) {
        const auto blocked = execution.replay(activation);
        if (blocked) FAIL(blocked->reason);
    }
    CHECK(execution.status() == replay::RunStatus::completed);
    CHECK(exported.history.size() == made.size());
}

}  // namespace durable::test
