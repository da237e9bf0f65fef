// JSON text as the engine reads it, and as values of the product. What the reader accepts is JSON to others too,
// is UTF-8 and not too deep, and a value that was read, written and read again is the same.

#include <nlohmann/json.hpp>

#include "activities/calls.hpp"
#include "api/http/json_guard.hpp"
#include "api/ingress/vapi_message.hpp"
#include "engine/workflow/codec.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace durable;

/// Numbers beyond a double are numbers to us and an error to others.
bool has_long_numbers(std::string_view text) {
    return text.size() > 300 || text.find_first_of("eE") != std::string_view::npos;
}

void check_reader(std::string_view text) {
    std::string compact;
    try {
        JsonReader reader{text};
        compact = reader.raw();
        reader.finish();
    } catch (const DecodeError& error) {
        fuzz::expect(std::string_view{error.what()}.size() > 1, "an error says something");
        return;
    }
    JsonReader again{compact};
    fuzz::expect(again.raw() == compact, "compact text stays as it is");
    fuzz::expect(!callflex::http::refuse_json(text), "what is read is UTF-8 and not too deep");
    fuzz::expect(has_long_numbers(text) || nlohmann::json::accept(text), "what is read is JSON to others");
}

template <class T>
void check_value(std::string_view text) {
    Payload written;
    try {
        written = encode(decode<T>(Payload{std::string{text}}));
    } catch (const DecodeError&) {
        return;
    }
    fuzz::expect(encode(decode<T>(written)) == written, "a value is the same after a round trip");
}

/// As the ingress does: looked at first, then read.
void check_message(std::string_view text) {
    if (callflex::http::refuse_json(text)) return;
    const Timestamp received{std::chrono::seconds{1'795'256'190}};
    const auto message = callflex::ingress::read_vapi_message(text, received);
    if (const auto* report = std::get_if<callflex::ingress::CallReport>(&message)) {
        fuzz::expect(report->duration_seconds >= 0, "no call lasts less than no time");
        fuzz::expect(report->transcript.find('\0') == std::string::npos, "columns can hold a transcript");
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text(data, size);
    check_reader(text);
    check_value<callflex::EndedCall>(text);
    check_message(text);
    return 0;
}
