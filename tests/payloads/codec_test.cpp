// The chain that a payload goes through, without a database.

#include <doctest/doctest.h>

#include <map>

#include "engine/payloads/codec.hpp"
#include "engine/payloads/compression.hpp"
#include "engine/payloads/wire.hpp"
#include "engine/replay/payload_fields.hpp"
#include "engine/workflow/codec.hpp"

using namespace durable;
using namespace durable::payloads;

namespace {

constexpr const char* master = "m1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

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

struct Ring final : Keys {
    std::map<Uuid, Found> known;
    Found find(Uuid id) override {
        const auto found = known.find(id);
        return found == known.end() ? Found{nullptr, false, "no such key"} : found->second;
    }
};

std::string text_of(std::size_t size) {
    return encode(std::string(size, 'x')).json;
}

struct Chain {
    Settings settings;
    Shelf shelf;
    Ring ring;
    MasterKeys masters{master, "TEST_KEYS"};
    std::shared_ptr<const DataKey> key = std::make_shared<DataKey>(
        DataKey{Uuid::parse("0190a5b0-7c3e-7a10-8000-000000000001").value(), masters.generate(), "someone"});

    Chain() { ring.known[key->id] = {key, false, {}}; }
    std::string in(const std::string& json, bool encrypted = false) {
        return wrap(json, settings, encrypted ? key.get() : nullptr, shelf);
    }
    Opened out(const std::string& json) { return unwrap(json, ring, shelf); }
};

}  // namespace

TEST_CASE_FIXTURE(Chain, "a small payload without keys stays the JSON that it is") {
    CHECK(in("{\"a\":1}") == "{\"a\":1}");
    CHECK(shelf.bytes.empty());
}

TEST_CASE_FIXTURE(Chain, "from the threshold on a payload is compressed, and comes back as it was") {
    const std::string below = text_of(settings.compress_from - 3);
    const std::string above = text_of(settings.compress_from);
    CHECK(in(below) == below);
    const std::string wrapped = in(above);
    CHECK(begins_wrapped(wrapped));
    CHECK(wrapped.size() < 200);
    CHECK(out(wrapped).json == above);
}

TEST_CASE_FIXTURE(Chain, "with a key the text is in no row, and the same text gives the same bytes") {
    const std::string secret = "{\"caller\":\"+15550100\"}";
    const std::string wrapped = in(secret, true);
    CHECK(wrapped.find("15550100") == std::string::npos);
    CHECK(wrapped == in(secret, true));
    const Opened opened = out(wrapped);
    CHECK(opened.json == secret);
    CHECK(opened.subject == "someone");
    CHECK(opened.problem.empty());
}

TEST_CASE_FIXTURE(Chain, "what stays large is stored once, by its digest, and referred to") {
    settings.compress_from = 1U << 30U;
    const std::string large = text_of(settings.store_from);
    const std::string wrapped = in(large, true);
    CHECK(wrapped.size() < 300);
    CHECK(in(large, true) == wrapped);
    CHECK(shelf.bytes.size() == 1);
    CHECK(out(wrapped).json == large);
}

TEST_CASE_FIXTURE(Chain, "a user's value that looks wrapped is not taken for one") {
    for (const std::string& forged :
         {tombstone("erased"), in("{\"a\":1}", true), escape("{\"a\":1}"), std::string{"{\"$durable\":7}"}}) {
        const std::string wrapped = in(forged);
        CHECK(wrapped != forged);
        const Opened opened = out(wrapped);
        CHECK(opened.json == forged);
        CHECK(opened.problem.empty());
        CHECK(opened.subject.empty());
    }
}

TEST_CASE_FIXTURE(Chain, "a destroyed key leaves a tombstone that says so") {
    const std::string wrapped = in("{\"a\":1}", true);
    ring.known[key->id] = {nullptr, true, {}};
    const Opened opened = out(wrapped);
    CHECK(tombstone_word(opened.json) == "erased");
    CHECK(opened.problem == "a payload was erased: its key is destroyed");
}

TEST_CASE_FIXTURE(Chain, "damage is found, whatever was damaged, and told from erasure") {
    const std::string wrapped = in("{\"a\":1}", true);
    const auto data = wrapped.find("\"data\":\"") + 8;
    for (const std::size_t at : {data, data + 20, wrapped.size() - 8}) {
        std::string damaged = wrapped;
        damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
        const Opened opened = out(damaged);
        CHECK(tombstone_word(opened.json) == "unreadable");
        CHECK(opened.problem.find("decrypt") != std::string::npos);
    }
    settings.store_from = 1;
    const std::string stored = in(text_of(100));
    shelf.bytes.begin()->second[5] = '!';
    CHECK(out(stored).problem == "a large payload is damaged");
    shelf.bytes.clear();
    CHECK(out(stored).problem.find("engine.payloads has no digest") != std::string::npos);
}

TEST_CASE("a frame that promises more than it holds, or holds more than it promises, is refused") {
    const std::string frame = compress("something");
    CHECK(decompress(frame, 9) == "something");
    CHECK_THROWS_AS(static_cast<void>(decompress(frame, 8)), DecodeError);
    CHECK_THROWS_AS(static_cast<void>(decompress(frame, 10)), DecodeError);
    CHECK_THROWS_AS(static_cast<void>(decompress("no frame", 10)), DecodeError);
    CHECK_THROWS_AS(static_cast<void>(decompress(frame, std::size_t{1} << 40U)), DecodeError);
}

TEST_CASE("data keys open with the master key that wrapped them, also after it was replaced") {
    const Uuid id = Uuid::parse("0190a5b0-7c3e-7a10-8000-000000000002").value();
    const MasterKeys before{master, "TEST_KEYS"};
    const std::string second = "m2:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    const MasterKeys during{second + "," + master, "TEST_KEYS"};
    const MasterKeys after{second, "TEST_KEYS"};
    const auto wrapped = before.wrap(id, *before.generate());
    CHECK(wrapped.master == "m1");
    const auto key = during.unwrap(id, wrapped);
    REQUIRE(key);
    CHECK(after.unwrap(id, wrapped) == nullptr);
    CHECK(during.wrap(id, *key).master == "m2");
    CHECK(after.unwrap(id, during.wrap(id, *key)) != nullptr);
    CHECK(before.subject_token("+15550100") != after.subject_token("+15550100"));
    CHECK(during.subject_tokens("+15550100").size() == 2);
}

TEST_CASE("master keys that cannot be used say which one and what to do, and never what they are") {
    for (const std::string bad : {"", "m1:short", "m1:AAAA,m1:AAAA", "not base64!"}) {
        try {
            const MasterKeys keys{bad, "CALLFLEX_PAYLOAD_KEYS"};
            FAIL("accepted");
        } catch (const KeyError& error) {
            const std::string text = error.what();
            CHECK(text.starts_with("CALLFLEX_PAYLOAD_KEYS"));
            CHECK(text.find("AAAA") == std::string::npos);
        }
    }
}

TEST_CASE("every payload of an event is found, inside failures, their causes and lists") {
    Failure inner;
    inner.details = Payload{"\"inner\""};
    Failure outer;
    outer.details = Payload{"\"outer\""};
    outer.cause = std::make_shared<const Failure>(inner);
    history::Activation activation;
    history::WorkflowStarted started;
    started.input = Payload{"\"input\""};
    started.signals.push_back({"s", Payload{"\"signal\""}, ""});
    activation.arrived.emplace_back(started);
    activation.commands.emplace_back(history::WorkflowFailed{outer});
    std::vector<std::string> found;
    history::for_each_payload(activation, [&](Payload& payload) {
        found.push_back(payload.json);
        payload.json = "0";
    });
    CHECK(found == std::vector<std::string>{"\"input\"", "\"signal\"", "\"outer\"", "\"inner\""});
    CHECK(history::encode(activation).find("inner") == std::string::npos);
    CHECK(inner.details.json == "\"inner\"");
}
