// Histories as they stand in rows and in exported files. Whatever is read is written as what reads back as the same.

#include "engine/replay/history.hpp"
#include "engine/workflow/codec.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace durable;

void check_activation(std::string_view text) {
    try {
        const auto activation = history::decode_activation(EventId{3}, text);
        const std::string written = history::encode(activation);
        const auto again = history::decode_activation(EventId{3}, written);
        fuzz::expect(history::encode(again) == written, "an activation is the same after a round trip");
        fuzz::expect(again.next_event() == activation.next_event(), "events keep their numbers");
    } catch (const DecodeError& error) {
        fuzz::expect(std::string_view{error.what()}.size() > 1, "an error says something");
    }
}

void check_event(std::string_view text) {
    try {
        const std::string written = history::encode_event(history::decode_event(text));
        fuzz::expect(history::encode_event(history::decode_event(written)) == written,
                     "an event is the same after a round trip");
    } catch (const DecodeError& error) {
        fuzz::expect(std::string_view{error.what()}.size() > 1, "an error says something");
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text(data, size);
    check_activation(text);
    check_event(text);
    return 0;
}
