// Determinism is a property of the binary. The gate (engine/gate) walks the object code of the pure rooms; a
// workflow of tests/tidy/impure for each family proves that it finds what it must, names the way there, and
// the line.

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "engine/gate/disassembly.hpp"
#include "engine/gate/gate.hpp"
#include "tests/tidy/source_tree.hpp"

namespace {

using durable::gate::Finding;
using durable::gate::GateError;
using durable::gate::Rules;

const std::string folder = CALLFLEX_SOURCE_DIR "/engine/gate/";
const std::string allowed_file = folder + "allowed.txt";

const Rules& rules() {
    static const Rules read{{folder + "families.txt", allowed_file}};
    return read;
}

const std::vector<Finding>& planted() {
    static const auto found = durable::gate::inspect({.archives = {IMPURE_ARCHIVE},
                                                      .through = {PURE_WORKFLOW_ARCHIVE},
                                                      .source_root = CALLFLEX_RECORDED_ROOT},
                                                     rules())
                                  .findings;
    return found;
}

/// The line of the fixture that a finding points at with its last step inside of the fixture's own code.
std::string line_pointed_at(const Finding& finding) {
    std::string line;
    for (const auto& step : finding.chain) {
        const auto colon = step.place.rfind(':');
        if (!step.place.starts_with("tests/tidy/impure/")) continue;
        const auto source = tidy::read_source(step.place.substr(0, colon));
        line = source.lines.at(std::stoul(step.place.substr(colon + 1)) - 1);
    }
    return line;
}

/// The finding of a family that begins in this workflow and points at the line with the family's name.
bool found(const std::string& family, const std::string& workflow) {
    return std::any_of(planted().begin(), planted().end(), [&](const Finding& each) {
        return each.objection.family == family && !each.chain.empty() &&
               each.chain.front().function.starts_with("impure::" + workflow + "(durable::Workflow&") &&
               line_pointed_at(each).ends_with("// " + family);
    });
}

std::string everything_planted() {
    std::string text;
    for (const auto& finding : planted()) text += finding.to_string();
    return text;
}

Rules rules_with(const std::string& line) {
    const std::string file =
        std::filesystem::temp_directory_path() / ("gate-rules-" + std::to_string(getpid()));
    std::ofstream{file} << line << '\n';
    Rules read{{file}};
    std::filesystem::remove(file);
    return read;
}

}  // namespace

TEST_CASE("workflow, replay and workflows reach nothing that could answer differently tomorrow") {
    const auto report = durable::gate::inspect(
        {.archives = {PURE_WORKFLOW_ARCHIVE, PURE_REPLAY_ARCHIVE, PURE_WORKFLOWS_ARCHIVE},
         .through = {ACTIVITIES_ARCHIVE},
         .source_root = CALLFLEX_RECORDED_ROOT},
        rules());
    for (const auto& finding : report.findings) FAIL_CHECK(finding.to_string());
    CHECK(report.functions > 5000);
    CHECK(report.externals > 20);
}

TEST_CASE("a workflow of each forbidden family is found, with the way there and the source line") {
    const std::map<std::string, std::string> workflows = {{"clock", "reads_clock"},
                                                          {"random", "draws_random"},
                                                          {"environment", "reads_environment"},
                                                          {"file", "opens_file"},
                                                          {"socket", "opens_socket"},
                                                          {"thread", "starts_thread"},
                                                          {"thread_local", "counts_calls"},
                                                          {"locale", "asks_locale"},
                                                          {"stream", "uses_stream"},
                                                          {"unordered", "iterates_unordered"},
                                                          {"pointer_key", "sorts_addresses"}};
    INFO(everything_planted());
    for (const auto& family : rules().families()) {
        INFO(family);
        REQUIRE(workflows.contains(family));
        CHECK(found(family, workflows.at(family)));
    }
}

TEST_CASE("a symbol that no list knows is a finding until somebody has said that it is harmless") {
    INFO(everything_planted());
    CHECK(found("unknown", "calls_unknown"));
    CHECK_FALSE(rules_with("allow | ^impure::never_heard_of | for this test")
                    .object_to("impure::never_heard_of()", true));
}

TEST_CASE("the chain leads from the workflow over its helper to the symbol") {
    const auto clock = std::find_if(planted().begin(), planted().end(), [](const Finding& each) {
        return each.objection.family == "clock" &&
               each.chain.front().function.find("reads_clock") != std::string::npos;
    });
    REQUIRE(clock != planted().end());
    INFO(clock->to_string());
    REQUIRE(clock->chain.size() == 2);
    CHECK(clock->chain[1].function == "impure::(anonymous namespace)::stamp()");
    CHECK(clock->symbol == "std::chrono::_V2::system_clock::now()");
    CHECK(clock->objection.instead.starts_with("wf.now()"));
}

TEST_CASE("an exception holds for whom it names") {
    const auto read = rules_with("except | ^callflex::build_name | ^getenv$ | for this test");
    CHECK(read.excepted("getenv", "callflex::build_name()"));
    CHECK_FALSE(read.excepted("getenv", "callflex::process_call()"));
    CHECK_FALSE(read.excepted("setenv", "callflex::build_name()"));
}

TEST_CASE("an entry without a reason, or that is no expression, is refused with its line") {
    CHECK_THROWS_WITH_AS(rules_with("allow | ^strlen$"), doctest::Contains(":1: allow has 3 columns"),
                         GateError);
    CHECK_THROWS_AS(rules_with("allow | ^strlen$ |  "), GateError);
    CHECK_THROWS_WITH_AS(rules_with("allow | ^(strlen$ | why"),
                         doctest::Contains("is not a regular expression"), GateError);
    CHECK_THROWS_WITH_AS(rules_with("permit | x | y"), doctest::Contains("not with forbid, allow or except"),
                         GateError);
}
