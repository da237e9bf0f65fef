#include "engine/store/schedule_attributes.hpp"

namespace durable::store {
namespace {

constexpr SearchKey<std::string> schedule_id{"ScheduleId"};
constexpr SearchKey<Timestamp> scheduled_for{"ScheduledFor"};

}  // namespace

bool is_schedule_attribute(std::string_view key) {
    return key == schedule_id.name || key == scheduled_for.name;
}

std::vector<SearchAttribute> schedule_attributes(const search::SearchCatalog& known, const ScheduleSpec& spec,
                                                 Timestamp nominal) {
    std::vector<SearchAttribute> attributes = spec.workflow.attributes;
    attributes.push_back(schedule_id(spec.id));
    attributes.push_back(scheduled_for(nominal));
    std::erase_if(attributes, [&known](const SearchAttribute& attribute) {
        const auto found = known.find(attribute.key);
        return found != known.end() && found->second != attribute.type;
    });
    return attributes;
}

}  // namespace durable::store
