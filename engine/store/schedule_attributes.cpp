#include "engine/store/schedule_attributes.hpp"

namespace durable::store {
namespace {

constexpr SearchKey<std::string> schedule_id{"ScheduleId"};
constexpr SearchKey<Timestamp> scheduled_for{"ScheduledFor"};

}  // namespace

std::vector<SearchAttribute> schedule_attributes(const search::SearchCatalog& known,
                                                 const std::string& schedule, Timestamp nominal) {
    std::vector<SearchAttribute> attributes{schedule_id(schedule), scheduled_for(nominal)};
    std::erase_if(attributes, [&known](const SearchAttribute& attribute) {
        const auto found = known.find(attribute.key);
        return found != known.end() && found->second != attribute.type;
    });
    return attributes;
}

}  // namespace durable::store
