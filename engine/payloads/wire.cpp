#include "engine/payloads/wire.hpp"

#include <sodium.h>

#include "engine/workflow/codec.hpp"

namespace durable::payloads {
namespace {

/// Begins with the rare letter, which is what a search looks for.
constexpr std::string_view mark = "$durable\"";
constexpr std::string_view beginning = "{\"$durable\"";
constexpr std::size_t digest_bytes = 32;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

std::string to_base64(std::string_view data) {
    std::string text(sodium_base64_ENCODED_LEN(data.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes(data), data.size(), sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();
    return text;
}

void read_member(JsonReader& reader, std::string_view name, Wrapped& wrapped) {
    if (name == "size") {
        wrapped.size = reader.integer<std::size_t>();
    } else if (name == "zip") {
        wrapped.zip = reader.boolean();
    } else if (name == "key") {
        codec::read(reader, wrapped.key.emplace());
    } else if (name == "at") {
        wrapped.digest = from_hex(reader.string());
    } else if (name == "data") {
        wrapped.data = from_base64(reader.string());
    } else {
        reader.fail("a newer build has written this payload: it has a member that this one does not know");
    }
}

std::string object_with(std::string_view name, std::string_view json) {
    std::string text{beginning};
    text += ":1,\"";
    text += name;
    text += "\":";
    text += json;
    text += '}';
    return text;
}

}  // namespace

bool has_mark(std::string_view text) {
    return text.find(mark) != std::string_view::npos;
}

bool begins_wrapped(std::string_view json) {
    return json.starts_with(beginning);
}

std::string to_json(const Wrapped& wrapped) {
    std::string text;
    JsonWriter writer{text};
    writer.begin_object();
    writer.key("$durable");
    writer.integer(1);
    writer.key("size");
    writer.integer(wrapped.size);
    if (wrapped.zip) {
        writer.key("zip");
        writer.boolean(true);
    }
    if (wrapped.key) {
        writer.key("key");
        codec::write(writer, *wrapped.key);
    }
    writer.key(wrapped.digest ? "at" : "data");
    writer.string(wrapped.digest ? to_hex(*wrapped.digest) : to_base64(wrapped.data));
    writer.end_object();
    return text;
}

std::string escape(std::string_view json) {
    return object_with("plain", json);
}

std::string tombstone(std::string_view why) {
    return object_with("gone", encode(std::string{why}).json);
}

std::optional<std::string> tombstone_word(std::string_view json) {
    if (!begins_wrapped(json)) return std::nullopt;
    try {
        JsonReader reader{json};
        std::string_view name;
        reader.begin_object();
        while (reader.next_member(name)) {
            if (name == "gone") return reader.string();
            reader.skip();
        }
    } catch (const DecodeError&) {
        return std::nullopt;
    }
    return std::nullopt;
}

Parsed parse(std::string_view json) {
    Parsed parsed;
    Wrapped wrapped;
    JsonReader reader{json};
    std::string_view name;
    bool plain = false;
    reader.begin_object();
    while (reader.next_member(name)) {
        if (name == "$durable") {
            if (reader.integer<int>() != 1) reader.fail("a newer build has written this payload");
        } else if (name == "plain") {
            plain = true;
            parsed.plain = reader.raw();
        } else {
            read_member(reader, name, wrapped);
        }
    }
    reader.finish();
    if (!plain) parsed.wrapped = std::move(wrapped);
    return parsed;
}

std::string from_base64(std::string_view text) {
    std::string data(text.size() / 4 * 3 + 3, '\0');
    std::size_t length = 0;
    const int rc = sodium_base642bin(bytes(data), data.size(), text.data(), text.size(), nullptr, &length,
                                     nullptr, sodium_base64_VARIANT_ORIGINAL);
    if (rc != 0) throw DecodeError("payload", "expected base64");
    data.resize(length);
    return data;
}

std::string from_hex(std::string_view text) {
    std::string data(digest_bytes, '\0');
    std::size_t length = 0;
    const int rc =
        sodium_hex2bin(bytes(data), data.size(), text.data(), text.size(), nullptr, &length, nullptr);
    if (rc != 0 || length != digest_bytes) {
        throw DecodeError("payload", "expected a digest of 64 hexadecimal digits");
    }
    return data;
}

std::string to_hex(std::string_view data) {
    std::string text(data.size() * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes(data), data.size());
    text.pop_back();
    return text;
}

}  // namespace durable::payloads
