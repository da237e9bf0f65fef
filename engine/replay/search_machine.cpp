#include "engine/replay/search_machine.hpp"

#include <algorithm>

namespace durable::replay {

void SearchMachine::set(SearchAttribute attribute, std::source_location where) {
    if (const std::string wrong = problem(attribute); !wrong.empty()) {
        commands_.block(Blocked::Kind::invalid_command,
                        "set_attribute at " + source_text(where) + " has " + wrong);
    }
    commands_.issue(history::SearchAttributeSet{.key = attribute.key,
                                                .type = attribute.type,
                                                .value = attribute.value,
                                                .source = commands_.replaying() ? "" : source_text(where)},
                    where);
    put_attribute(attributes_, std::move(attribute));
}

std::string SearchMachine::problem(const SearchAttribute& attribute) const {
    if (std::string wrong = problem_with(attribute); !wrong.empty()) return wrong;
    const auto known = std::ranges::find(attributes_, attribute.key, &SearchAttribute::key);
    if (known == attributes_.end()) {
        return attributes_.size() == search_attributes_max ? "the 65th search attribute of the run" : "";
    }
    return known->type == attribute.type ? ""
                                         : "another type than the run has given " + attribute.key + " before";
}

std::optional<Payload> SearchMachine::find(std::string_view key) const {
    const auto known = std::ranges::find(attributes_, key, &SearchAttribute::key);
    return known == attributes_.end() ? std::nullopt : std::optional{known->value};
}

}  // namespace durable::replay
