#include "engine/testing/replay_history.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "engine/trap/determinism_trap.hpp"

namespace durable::testing {

ReplayReport replay_history(const WorkflowRegistry& workflows, RunId run, const history::History& history) {
    ReplayReport report{.run = run, .blocked = std::nullopt};
    replay::Execution execution{workflows, run, "test"};
    for (const history::Activation& recorded : history) {
        report.events += recorded.event_count();
        report.blocked = trap::replay(execution, recorded);
        if (report.blocked) return report;
    }
    if (!history.empty()) report.status = execution.status();
    return report;
}

ReplayReport replay_history(const std::filesystem::path& file, const WorkflowRegistry& workflows) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error("cannot read the history " + file.string());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto exported = history::import_json(text);
    return replay_history(workflows, exported.run, exported.history);
}

}  // namespace durable::testing
