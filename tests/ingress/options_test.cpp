#include "api/ingress/options.hpp"

#include <doctest/doctest.h>
#include <map>
#include <stdexcept>

#include "api/ingress/connection_string.hpp"
#include "api/ingress/rate_limiter.hpp"

using namespace callflex::ingress;
using namespace std::chrono_literals;

namespace {

IngressOptions options_of(const std::map<std::string, std::string, std::less<>>& settings) {
    return ingress_options([&](std::string_view name) -> std::optional<std::string> {
        const auto found = settings.find(name);
        return found == settings.end() ? std::nullopt : std::optional{found->second};
    });
}

}  // namespace

TEST_CASE("settings become options, and what cannot work is refused by name") {
    const auto options = options_of({{"DATABASE_URL", "postgresql://db"},
                                     {"CALLFLEX_LISTEN", "[::1]:9090"},
                                     {"VAPI_WEBHOOK_SECRET", "one,,two"},
                                     {"VAPI_SIGNATURE_HEADER", "X-Acme-Signature"},
                                     {"CALLFLEX_REQUESTS_PER_MINUTE", "7"}});
    CHECK(options.address == "::1");
    CHECK(options.port == 9090);
    CHECK(options.platform_secrets == std::vector<std::string>{"one", "two"});
    CHECK(options.signature.body_header == "x-acme-signature");
    CHECK(options.requests_per_minute == 7);
    CHECK_THROWS_WITH_AS(options_of({}), "DATABASE_URL is missing: set it to postgresql://user@host/database",
                         std::invalid_argument);
    CHECK_THROWS_AS(options_of({{"DATABASE_URL", "x"}, {"CALLFLEX_LISTEN", "8080"}}), std::invalid_argument);
    CHECK_THROWS_AS(options_of({{"DATABASE_URL", "x"}, {"CALLFLEX_LISTEN", "a:99999"}}),
                    std::invalid_argument);
    CHECK_THROWS_AS(options_of({{"DATABASE_URL", "x"}, {"CALLFLEX_REQUESTS_PER_MINUTE", "many"}}),
                    std::invalid_argument);
}

TEST_CASE("connections get limits in both notations, unless they set their own") {
    CHECK(connection_string("host=a") ==
          "host=a connect_timeout=5 tcp_user_timeout=10000 keepalives_idle=10 "
          "keepalives_interval=5 keepalives_count=3 application_name=callflex-ingress");
    CHECK(
        connection_string("postgresql://a/b?sslmode=require&connect_timeout=1") ==
        "postgresql://a/"
        "b?sslmode=require&connect_timeout=1&tcp_user_timeout=10000&keepalives_idle=10&keepalives_interval=5&"
        "keepalives_count=3&application_name=callflex-ingress");
    CHECK(connection_string("postgres://a/b").starts_with("postgres://a/b?connect_timeout=5&"));
}

TEST_CASE("a token bucket lets a burst through, then its rate, for each organization by itself") {
    RateLimiter limiter{60};
    const durable::Uuid one{{1}};
    const durable::Uuid two{{2}};
    RateLimiter::Clock::time_point now{};
    for (int i = 0; i < 60; ++i) CHECK_FALSE(limiter.take(one, now));
    CHECK(limiter.take(one, now) == 1s);
    CHECK_FALSE(limiter.take(two, now));
    CHECK_FALSE(limiter.take(one, now + 1s));
    CHECK(limiter.take(one, now + 1s).has_value());
    for (int i = 0; i < 60; ++i) CHECK_FALSE(limiter.take(one, now + 1h));
    CHECK(limiter.take(one, now + 1h).has_value());
    RateLimiter unlimited{0};
    for (int i = 0; i < 1000; ++i) CHECK_FALSE(unlimited.take(one, now));
}
