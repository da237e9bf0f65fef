// S-9, S-11: limits hold to the byte, and no parser of ours follows a stranger into the depth.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "activities/calls.hpp"
#include "api/http/json_guard.hpp"
#include "api/http/strict_head.hpp"
#include "api/ingress/vapi_message.hpp"
#include "engine/payloads/wire.hpp"
#include "engine/replay/history.hpp"
#include "engine/schedule/cron.hpp"
#include "engine/schedule/spec.hpp"
#include "engine/search/query.hpp"
#include "tests/ingress/world.hpp"

using namespace callflex;

namespace {

unsigned judged(const std::string& bytes) {
    const http::Limits limits;
    std::size_t complete = 0;
    if (const auto refusal = http::scan_head(bytes, limits, complete)) return refusal->status;
    REQUIRE(complete == bytes.size());
    const auto head = http::parse_head(bytes, limits);
    const auto* refusal = std::get_if<http::Refusal>(&head);
    return refusal == nullptr ? 200 : refusal->status;
}

std::string head_of(std::size_t bytes) {
    const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    return begin + std::string(bytes - begin.size() - 4, 'x') + "\r\n\r\n";
}

std::string target_of(std::size_t bytes) {
    return "GET /" + std::string(bytes - 1, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string fields_of(std::size_t count) {
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t i = 1; i < count; ++i) head += fmt::format("X-{}: y\r\n", i);
    return head + "\r\n";
}

std::string repeated(std::size_t count, std::string_view piece) {
    std::string text;
    text.reserve(count * piece.size());
    for (std::size_t i = 0; i < count; ++i) text += piece;
    return text;
}

/// A signed message of exactly so many bytes.
std::string message_of(std::size_t bytes) {
    const std::string begin = R"({"message":{"type":"hang","padding":")";
    return begin + std::string(bytes - begin.size() - 3, 'x') + "\"}}";
}

}  // namespace

TEST_CASE("S-9: head, target, fields and body: at the limit accepted, one over it refused") {
    const http::Limits limits;
    CHECK(judged(head_of(limits.header_bytes)) == 200);
    CHECK(judged(head_of(limits.header_bytes + 1)) == 431);
    CHECK(judged(target_of(limits.target_bytes)) == 200);
    CHECK(judged(target_of(limits.target_bytes + 1)) == 414);
    CHECK(judged(fields_of(limits.header_fields)) == 200);
    CHECK(judged(fields_of(limits.header_fields + 1)) == 431);

    const test::World world;
    const auto status = [&](std::size_t bytes) {
        const auto answer = world.post(message_of(bytes));
        REQUIRE(answer);
        return answer->status;
    };
    CHECK(status(world.options.body_bytes) == 200);
    CHECK(status(world.options.body_bytes + 1) == 413);
    CHECK(world.rows() == "0 0 0");
}

TEST_CASE("S-11: a million levels cost no parser its stack") {
    constexpr std::size_t levels = 1'000'000;
    const std::string arrays(levels, '[');
    const std::string objects = repeated(levels, R"({"a":)");
    const std::string causes = R"({"k":"WorkflowFailed","failure":)" + repeated(levels, R"({"cause":)");
    for (const std::string& text : {arrays, objects, causes}) {
        CHECK(http::refuse_json(text).has_value());
        CHECK_THROWS_AS(durable::JsonReader{text}.skip(), durable::DecodeError);
        CHECK_THROWS_AS(static_cast<void>(durable::decode<EndedCall>({text})), durable::DecodeError);
        CHECK_THROWS_AS(static_cast<void>(durable::decode<durable::ScheduleSpec>({text})),
                        durable::DecodeError);
        CHECK_THROWS_AS(static_cast<void>(durable::history::decode_event(text)), durable::DecodeError);
        CHECK_THROWS_AS(static_cast<void>(durable::history::decode_activation(durable::EventId{1}, text)),
                        durable::DecodeError);
        CHECK_THROWS_AS(static_cast<void>(durable::payloads::parse(text)), durable::DecodeError);
        CHECK_THROWS_AS(static_cast<void>(durable::schedule::CronExpression::parse(text)),
                        durable::schedule::ScheduleError);
        CHECK_THROWS_AS(static_cast<void>(durable::search::parse(text)), durable::search::QueryError);
    }
    CHECK_THROWS_AS(static_cast<void>(durable::search::parse(std::string(9'000, '(') + "A = 1")),
                    durable::search::QueryError);
    // What vendors answer is read without a look at its depth: it is built and destroyed level by level.
    CHECK(nlohmann::json::parse(arrays, nullptr, false).is_discarded());
    const nlohmann::json deep = nlohmann::json::parse(arrays + std::string(levels, ']'), nullptr, false);
    CHECK(deep.is_array());
}
