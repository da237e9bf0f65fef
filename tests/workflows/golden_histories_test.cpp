// Runs of the product's workflows as they were recorded, replayed by today's code. A change that makes one of
// these fail would block runs of customers. To add one, run end_to_end_test with CALLFLEX_WRITE_HISTORIES=1,
// read the file, commit it under the next version. Never rewrite an old one.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

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

}  // namespace

TEST_CASE("recorded runs of the product's workflows replay on today's code") {
    int replayed = 0;
    for (const auto& entry : std::filesystem::directory_iterator{CALLFLEX_SOURCE_DIR "/tests/histories"}) {
        if (!entry.path().filename().string().starts_with("call_processing.")) continue;
        ++replayed;
        CHECK(replay(entry.path()) == durable::replay::RunStatus::completed);
    }
    CHECK(replayed >= 1);
}
