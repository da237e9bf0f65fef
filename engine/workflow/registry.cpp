#include "engine/workflow/registry.hpp"

#include <stdexcept>

#include "engine/workflow/standalone.hpp"

namespace durable {
namespace {

constexpr std::string_view own_prefix = "durable.";

}  // namespace

WorkflowRegistry::WorkflowRegistry() {
    add(standalone_activity, run_standalone);
}

void WorkflowRegistry::insert(std::string name, Entry entry) {
    if (name.empty()) throw std::logic_error("a workflow needs a name");
    const auto [place, added] = workflows_.try_emplace(std::move(name), std::move(entry));
    if (!added) throw std::logic_error("two workflows are called \"" + place->first + "\"");
}

std::vector<std::string> WorkflowRegistry::names() const {
    std::vector<std::string> names;
    for (const auto& [name, entry] : workflows_) {
        if (!name.starts_with(own_prefix)) names.push_back(name);
    }
    return names;
}

const WorkflowRegistry::Function* WorkflowRegistry::find(std::string_view name) const {
    const auto found = workflows_.find(name);
    return found == workflows_.end() ? nullptr : &found->second.run;
}

Versioning WorkflowRegistry::versioning(std::string_view name) const {
    const auto found = workflows_.find(name);
    return found == workflows_.end() ? Versioning::auto_upgrade : found->second.versioning;
}

MismatchPolicy WorkflowRegistry::on_mismatch(std::string_view name) const {
    const auto found = workflows_.find(name);
    return found == workflows_.end() ? MismatchPolicy::suspend : found->second.on_mismatch;
}

void WorkflowRegistry::check_input(std::string_view name, const Payload& input) const {
    workflows_.find(name)->second.check(input);
}

}  // namespace durable
