#include "engine/replay/patch_machine.hpp"

namespace durable::replay {

bool PatchMachine::answer(std::string_view id, bool deprecated, std::source_location where) {
    const auto known = answers_.find(id);
    if (known != answers_.end()) return known->second;
    bool present = true;
    if (commands_.replaying()) {
        present = commands_.meet_marker(id);
    } else {
        commands_.issue(
            history::PatchMarked{
                .id = std::string{id}, .deprecated = deprecated, .source = source_text(where)},
            where);
    }
    answers_.emplace(id, present);
    return present;
}

std::vector<PatchAnswer> PatchMachine::answers() const {
    std::vector<PatchAnswer> answers;
    answers.reserve(answers_.size());
    for (const auto& [id, present] : answers_) answers.push_back({id, present});
    return answers;
}

}  // namespace durable::replay
