// Runs of the product's workflows as they were recorded, replayed by today's code. A change that makes one of
// these fail would block runs of customers. To add one, run the tests of that workflow (tests/faults, or
// end_to_end_test) with CALLFLEX_WRITE_HISTORIES=1, read the file <workflow>.v<n>.json, and commit it. Never
// rewrite an old one.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "engine/replay/execution.hpp"
#include "workflows/register.hpp"

namespace {

durable::replay::RunStatus replay(const std::filesystem::path& file) {
    std::ifstream stream{file};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    const auto exported = durable::history::import_json(text);
    durable::WorkflowRegistry workflows;
    callflex::register_workflows(workflows);
    durable::replay::Execution execution{workflows, exported.run, "today"};
    for (const durable::history::Activation& activation : exported.history) {
        const auto blocked = execution.replay(activation);
        if (blocked) FAIL(file.filename().string() << ": " << blocked->reason);
    }
    return execution.status();
}

/// "call_processing" of call_processing.v1.json.
std::string workflow_of(const std::filesystem::path& file) {
    const std::string name = file.filename().string();
    return name.substr(0, name.find('.'));
}

}  // namespace

TEST_CASE("recorded runs of the product's workflows replay on today's code, and every workflow has one") {
    std::set<std::string> recorded;
    for (const auto& entry : std::filesystem::directory_iterator{CALLFLEX_SOURCE_DIR "/tests/histories"}) {
        if (entry.path().filename().string().starts_with("engine_")) continue;
        recorded.insert(workflow_of(entry.path()));
        CAPTURE(entry.path().filename().string());
        CHECK(replay(entry.path()) != durable::replay::RunStatus::running);
    }
    durable::WorkflowRegistry workflows;
    callflex::register_workflows(workflows);
    for (std::string name : workflows.names()) {
        std::ranges::replace(name, '-', '_');
        CAPTURE(name);
        CHECK(recorded.contains(name));
    }
}
