// What nearly every test instantiates, once for all programs: comparing JSON takes longer to instantiate than most
// tests to compile. Never called.
#pragma once
#include <doctest/doctest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>
#include <string>

namespace test {

inline void compare_json(const nlohmann::json& json, const std::string& text) {
    CHECK(json == json);
    CHECK(json != json);
    CHECK(json == 1);
    CHECK(json == 1U);
    CHECK(json > 1);
    CHECK(json >= 1);
    CHECK(json == true);
    CHECK(json == "text");
    CHECK(json == text);
    CHECK(json == nullptr);
    CHECK(json["a"]["b"] == json[0]);
    CHECK(json.at("a").get<int>() == json.value("b", 0));
    CHECK(json.at("a").get<std::string>() == text);
    const nlohmann::json made = {{"a", 1}, {"b", "text"}, {"c", text}, {"d", true}, {"e", {1, 2}}};
    CHECK(nlohmann::json::parse(json.dump(1)) == made);
    CHECK(json.contains("a"));
}

inline void run_coroutine(boost::asio::io_context& io, boost::asio::awaitable<void> coroutine) {
    boost::asio::co_spawn(io, std::move(coroutine), [](const std::exception_ptr&) {});
    io.run();
}

}  // namespace test
