// Payloads as rows hold them. What goes in comes out, compressed, encrypted and stored apart or not; with another byte
// than was written nothing comes out; and no row, however hostile, does more than become a tombstone.

#include <map>

#include "engine/payloads/codec.hpp"
#include "engine/payloads/compression.hpp"
#include "engine/payloads/wire.hpp"
#include "engine/workflow/json_reader.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace durable;
using namespace durable::payloads;

struct Shelf final : Stored {
    std::map<std::string, std::string> bytes;
    void put(const std::string& digest, const std::optional<Uuid>&, const std::string& given) override {
        bytes[digest] = given;
    }
    std::optional<std::string> get(const std::string& digest) override {
        const auto found = bytes.find(digest);
        return found == bytes.end() ? std::nullopt : std::optional{found->second};
    }
};

const std::shared_ptr<const DataKey>& the_key() {
    static const auto key = std::make_shared<const DataKey>(
        DataKey{Uuid::parse("0190a5b0-7c3e-7a10-8000-000000000001").value(),
                std::make_shared<const SecretKey>(SecretKey::Bytes{1, 2, 3}), "someone"});
    return key;
}

struct Ring final : Keys {
    Found find(Uuid id) override {
        return id == the_key()->id ? Found{the_key(), false, {}} : Found{nullptr, false, "no such key"};
    }
};

Settings settings_of(std::size_t chosen) {
    Settings settings;
    settings.compress_from = chosen % 3 == 0 ? 1 : 64;
    settings.store_from = chosen % 5 == 0 ? 16 : 4096;
    return settings;
}

void check_round_trip(const std::string& json, const DataKey* key) {
    Shelf shelf;
    Ring ring;
    const std::string wrapped = wrap(json, settings_of(json.size()), key, shelf);
    if (!begins_wrapped(wrapped)) {
        fuzz::expect(wrapped == json && key == nullptr, "what is not wrapped is as it was, and not secret");
        return;
    }
    const Opened opened = unwrap(wrapped, ring, shelf);
    fuzz::expect(opened.problem.empty() && opened.json == json, "what goes in comes out");
}

void check_sealed(const std::string& text, std::size_t chosen) {
    std::string sealed = encrypt(*the_key(), text);
    fuzz::expect(decrypt(*the_key(), sealed) == text, "what is sealed opens");
    sealed[chosen % sealed.size()] ^= static_cast<char>(1 << (chosen % 8));
    try {
        static_cast<void>(decrypt(*the_key(), sealed));
        fuzz::expect(false, "what was changed does not open");
    } catch (const DecodeError&) {
        return;
    }
}

void check_hostile(const std::string& row) {
    Shelf shelf;
    Ring ring;
    const Opened opened = unwrap(row, ring, shelf);
    fuzz::expect(opened.problem.empty() || tombstone_word(opened.json).has_value(),
                 "what cannot be had is a tombstone");
    try {
        const std::string text = decompress(row, 64);
        fuzz::expect(text.size() == 64, "a frame has the size that was promised");
    } catch (const DecodeError&) {
        return;
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{fuzz::text(data, size)};
    check_hostile(text);
    check_sealed(text, size);
    JsonReader reader{text};
    try {  // payloads are JSON
        reader.skip();
        reader.finish();
    } catch (const DecodeError&) {
        return 0;
    }
    JsonReader compact{text};
    const std::string json = compact.raw();
    check_round_trip(json, nullptr);
    check_round_trip(json, the_key().get());
    return 0;
}
