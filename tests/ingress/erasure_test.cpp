// What a caller can have erased: everything that his call has started, while it went on and afterwards.

#include <doctest/doctest.h>

#include <array>

#include "engine/client/client.hpp"
#include "engine/payloads/cipher.hpp"
#include "engine/store/payload_rows.hpp"
#include "tests/ingress/line.hpp"

using namespace durable;
using test::Line;

namespace {

constexpr const char* caller = "+15550100123";  // of all samples

/// A line whose ingress encrypts, and the database as somebody with the keys reads it.
struct PrivateLine {
    payloads::Settings settings{.keys = std::make_shared<const payloads::MasterKeys>(
                                    "m1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "TEST_KEYS")};
    Line line{[this](auto& options) { options.payloads = settings; }};

    /// The inputs of all runs of the type, as a program that remembers no key gets them now.
    [[nodiscard]] std::vector<std::string> inputs(const std::string& type) const {
        client::ClientOptions options;
        options.connection_string = line.database.url();
        options.payloads = settings;
        client::Client reader{std::move(options)};
        client::ListFilter filter;
        filter.type = type;
        std::vector<std::string> inputs;
        for (const auto& run : reader.list(filter)) {
            const auto history = reader.history(run.run);
            inputs.push_back(std::get<history::WorkflowStarted>(history.front().arrived.front()).input.json);
        }
        return inputs;
    }
    [[nodiscard]] std::int64_t erase(const std::string& person) const {
        pqxx::connection connection{line.database.url()};
        pqxx::work tx{connection};
        const auto erased =
            store::erase_payload_keys(tx, std::nullopt, settings.keys->subject_tokens(person));
        tx.commit();
        return erased.keys;
    }
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("whatever a call has started is erased with its caller, and nobody else's is") {
    const PrivateLine place;
    for (const char* sample : {"tool-calls.takeMessage", "tool-calls.logDriverCallout",
                               "tool-calls.scheduleCallback", "tool-calls.transferCall"}) {
        REQUIRE(place.line.sample(sample).status == 200);
    }
    REQUIRE(place.line.send(test::report_of("a-call")).status == 200);
    nlohmann::json stranger = nlohmann::json::parse(
        Line::tool_call("another-call", "t1", "scheduleCallback",
                        {{"reason", "a stranger's quote"}, {"phoneNumber", "555 010 0199"}}));
    stranger["message"]["customer"]["number"] = "+15550100199";
    REQUIRE(place.line.send(stranger.dump()).status == 200);
    REQUIRE(place.line.runs() == "call-processing 1, callback-reminder 2, notify 2, transfer-call 1");
    // Nothing is left to the organization's key, which outlives its callers.
    CHECK(place.line.value("select count(*) from engine.payload_keys where subject = ''") == "0");

    const std::array types{"call-processing", "callback-reminder", "notify", "transfer-call"};
    for (const char* type : types) {
        for (const std::string& input : place.inputs(type)) CHECK_FALSE(has(input, "erased"));
    }
    CHECK(place.erase(caller) == 1);
    int left = 0;
    for (const char* type : types) {
        for (const std::string& input : place.inputs(type)) {
            if (has(input, R"("gone":"erased")")) continue;
            ++left;
            CHECK(has(input, "a stranger's quote"));
        }
    }
    CHECK(left == 1);
}

TEST_CASE("of an outbound call it is the number that was called whose data it is") {
    const PrivateLine place;
    nlohmann::json outbound = nlohmann::json::parse(Line::tool_call(
        "outbound-call", "t1", "scheduleCallback", {{"reason", "a quote"}, {"phoneNumber", "555 010 0124"}}));
    outbound["message"]["call"]["type"] = "outboundPhoneCall";
    REQUIRE(place.line.send(outbound.dump()).status == 200);
    CHECK(place.erase(caller) == 1);
    REQUIRE(place.inputs("callback-reminder").size() == 1);
    CHECK(has(place.inputs("callback-reminder").front(), R"("gone":"erased")"));
}
