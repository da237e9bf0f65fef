#include "engine/store/archive.hpp"

#include "engine/payloads/compression.hpp"
#include "engine/payloads/wire.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::store {
namespace {

constexpr std::string_view zstd_magic = "\x28\xB5\x2F\xFD";

void read_payload(JsonReader& reader, Archive& archive) {
    const std::string digest = payloads::from_hex(reader.string());
    std::string_view name;
    while (reader.next_member(name)) {
        if (name == "data") {
            archive.stored[digest] = payloads::from_base64(reader.string());
        } else {
            reader.skip();
        }
    }
}

void read_activation(JsonReader& reader, std::string_view line, Archive& archive) {
    const EventId first{reader.integer<std::int32_t>()};
    const history::Activation activation = history::decode_activation(first, line);
    archive.rows.push_back({first, activation.event_count(), std::string{line}});
}

/// The first member says what the line is.
void read_line(std::string_view line, Archive& archive) {
    JsonReader reader{line};
    std::string_view name;
    reader.begin_object();
    if (!reader.next_member(name)) return;
    if (name == "run_id") {
        codec::read(reader, archive.run);
    } else if (name == "first_event") {
        read_activation(reader, line, archive);
    } else if (name == "payload") {
        read_payload(reader, archive);
    }
}

}  // namespace

bool is_archive(std::string_view bytes) {
    return bytes.starts_with(zstd_magic);
}

Archive read_archive(std::string_view bytes) {
    const std::string text = payloads::decompress(bytes);
    Archive archive;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t to = std::min(text.find('\n', from), text.size());
        read_line(std::string_view{text}.substr(from, to - from), archive);
        from = to + 1;
    }
    if (archive.rows.empty()) throw DecodeError("", "an exported run without activations");
    return archive;
}

}  // namespace durable::store
