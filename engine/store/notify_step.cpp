#include "engine/store/notify_step.hpp"

#include "engine_store_sql.hpp"

namespace durable::store {

Step notify_step(const Burst& burst) {
    BinaryArray channels{BinaryArray::Of::text};
    BinaryArray payloads{BinaryArray::Of::text};
    for (const auto& [channel, payload] : burst) {
        channels.add(std::string_view{channel});
        payloads.add(std::string_view{payload});
    }
    Step step{{"notify", sql::notify}, {}};
    step.params.add(channels).add(payloads);
    return step;
}

Step closed_step() {
    return notify_step({{closed_channel, "some"}});
}

}  // namespace durable::store
