// The contracts are only worth something if they are broken by what vendors refuse.

#include <doctest/doctest.h>

#include "activities/vapi/assistants.hpp"
#include "activities/vapi/phone_numbers.hpp"
#include "tests/contracts/contracts.hpp"

using namespace callflex;
using nlohmann::json;
using test::fits;

namespace {

http::Request import_request() {
    return vapi::number_import(test::contract_config(), {.number = "+14155550100", .name = "n"});
}

/// The request with its body changed.
template <class Change>
std::size_t breaches_after(Change change) {
    http::Request request = import_request();
    json body = json::parse(request.body);
    change(body);
    request.body = body.dump();
    return fits("vapi.number.import", request).size();
}

}  // namespace

TEST_CASE("a contract notices what is missing, unknown, too long, of another type or value") {
    CHECK(breaches_after([](json&) {}) == 0);
    CHECK(breaches_after([](json& body) { body.erase("number"); }) == 1);
    CHECK(breaches_after([](json& body) { body["smsEnabled"] = true; }) == 1);
    CHECK(breaches_after([](json& body) { body.erase("smsEnabled"); }) == 1);
    CHECK(breaches_after([](json& body) { body["name"] = std::string(41, 'x'); }) == 1);
    CHECK(breaches_after([](json& body) { body["number"] = "4155550100"; }) == 1);
    CHECK(breaches_after([](json& body) { body["twilioAccountSid"] = 7; }) == 1);
    CHECK(breaches_after([](json& body) { body["serverUrlSecret"] = "x"; }) == 1);
}

TEST_CASE("a contract notices a wrong method, path, header, and a wrong belief about repeating") {
    const auto breaches_of = [](auto change) {
        http::Request request = import_request();
        change(request);
        return fits("vapi.number.import", request).size();
    };
    CHECK(breaches_of([](auto& request) { request.method = "PUT"; }) == 1);
    CHECK(breaches_of([](auto& request) { request.url.target = "/base/phone-numbers"; }) == 1);
    CHECK(breaches_of([](auto& request) { request.url.target += "?x=1"; }) == 1);
    CHECK(breaches_of([](auto& request) { request.headers.erase(request.headers.begin()); }) == 1);
    CHECK(breaches_of([](auto& request) { request.headers.clear(); }) == 2);
    CHECK(breaches_of([](auto& request) { request.idempotent = true; }) == 1);
    CHECK(breaches_of([](auto& request) { request.body = "x"; }) == 1);
}

TEST_CASE("the limits of numbers, lists and choices are noticed, with their paths") {
    const json schema = json::parse(R"({"type":"object","properties":{
        "n":{"type":"integer","minimum":1,"maximum":5},
        "l":{"type":"array","minItems":1,"maxItems":2,"items":{"enum":["a","b"]}},
        "t":{"type":["string","null"],"minLength":2}}})");
    CHECK(test::violations(schema, {{"n", 3}, {"l", {"a"}}, {"t", nullptr}}).empty());
    CHECK(test::violations(schema, {{"n", 0}}).size() == 1);
    CHECK(test::violations(schema, {{"n", 6}}).size() == 1);
    CHECK(test::violations(schema, {{"n", 1.5}}).size() == 1);
    CHECK(test::violations(schema, {{"l", json::array()}}).size() == 1);
    CHECK(test::violations(schema, {{"l", {"a", "b", "a"}}}).size() == 1);
    CHECK(test::violations(schema, {{"l", {"c"}}}) ==
          std::vector<std::string>{"value.l[0]: is not one of the values"});
    CHECK(test::violations(schema, {{"t", "x"}}).size() == 1);
    CHECK(test::violations(schema, {{"t", 7}}).size() == 1);
}
