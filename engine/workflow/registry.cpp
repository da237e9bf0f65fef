#include "engine/workflow/registry.hpp"

#include <stdexcept>

namespace durable {

void WorkflowRegistry::insert(std::string name, Function function) {
    if (name.empty()) throw std::logic_error("a workflow needs a name");
    const auto [place, added] = functions_.try_emplace(std::move(name), std::move(function));
    if (!added) throw std::logic_error("two workflows are called \"" + place->first + "\"");
}

std::vector<std::string> WorkflowRegistry::names() const {
    std::vector<std::string> names;
    for (const auto& [name, function] : functions_) names.push_back(name);
    return names;
}

const WorkflowRegistry::Function* WorkflowRegistry::find(std::string_view name) const {
    const auto found = functions_.find(name);
    return found == functions_.end() ? nullptr : &found->second;
}

}  // namespace durable
