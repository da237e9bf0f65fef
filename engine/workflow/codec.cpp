#include "engine/workflow/codec.hpp"

namespace durable {

Payload parse_payload(std::string_view text) {
    JsonReader reader{text};
    Payload payload{.json = reader.raw()};
    reader.finish();
    return payload;
}

}  // namespace durable
