#include "engine/payloads/codec.hpp"

#include "engine/payloads/compression.hpp"
#include "engine/payloads/wire.hpp"
#include "engine/workflow/json_reader.hpp"

namespace durable::payloads {
namespace {

/// Compression that saves less than this is not worth a second look at every read.
constexpr std::size_t worth_saving(std::size_t size) {
    return size / 8;
}

Opened gone(std::string_view word, std::string problem) {
    return {tombstone(word), std::move(problem), {}};
}

Opened open_bytes(const Wrapped& wrapped, std::string bytes, Keys& keys) {
    Opened opened;
    if (wrapped.key) {
        const Keys::Found found = keys.find(*wrapped.key);
        if (found.erased) return gone("erased", "a payload was erased: its key is destroyed");
        if (!found.key) return gone("unreadable", found.problem);
        bytes = decrypt(*found.key, bytes);
        opened.subject = found.key->subject;
    }
    opened.json = wrapped.zip ? decompress(bytes, wrapped.size) : std::move(bytes);
    return opened;
}

Opened open_wrapped(Wrapped wrapped, Keys& keys, Stored& stored) {
    if (!wrapped.digest) {
        std::string bytes = std::move(wrapped.data);
        return open_bytes(wrapped, std::move(bytes), keys);
    }
    auto bytes = stored.get(*wrapped.digest);
    if (!bytes) {
        return gone("unreadable",
                    "a large payload is missing: engine.payloads has no digest " + to_hex(*wrapped.digest));
    }
    if (bytes->empty()) return gone("erased", "a large payload was erased");
    if (digest_of(*bytes) != *wrapped.digest) return gone("unreadable", "a large payload is damaged");
    return open_bytes(wrapped, *std::move(bytes), keys);
}

}  // namespace

std::string wrap(const std::string& json, const Settings& settings, const DataKey* key, Stored& stored) {
    Wrapped wrapped;
    wrapped.size = json.size();
    std::string bytes;
    if (json.size() >= settings.compress_from) {
        bytes = compress(json);
        wrapped.zip = bytes.size() + worth_saving(json.size()) < json.size();
    }
    if (!wrapped.zip) bytes = json;
    if (key != nullptr) {
        wrapped.key = key->id;
        bytes = encrypt(*key, bytes);
    }
    if (bytes.size() >= settings.store_from) {
        wrapped.digest = digest_of(bytes);
        stored.put(*wrapped.digest, wrapped.key, bytes);
        return to_json(wrapped);
    }
    if (!wrapped.zip && key == nullptr) return begins_wrapped(json) ? escape(json) : json;
    wrapped.data = std::move(bytes);
    return to_json(wrapped);
}

Opened unwrap(const std::string& json, Keys& keys, Stored& stored) {
    try {
        Parsed parsed = parse(json);
        if (!parsed.wrapped) return {std::move(parsed.plain), {}, {}};
        return open_wrapped(*std::move(parsed.wrapped), keys, stored);
    } catch (const DecodeError& error) {
        return gone("unreadable", std::string{"a payload cannot be read: "} + error.what());
    }
}

}  // namespace durable::payloads
