// URLs, dates, encodings and outcome classes: values without a network.

#include <doctest/doctest.h>

#include "activities/http/encoding.hpp"
#include "activities/http/message.hpp"

using namespace callflex::http;
using namespace std::chrono_literals;

TEST_CASE("a URL is taken apart, with the scheme's port when none is given") {
    CHECK(parse_url("https://API.twilio.com/x?y=1#z") == Url{true, "api.twilio.com", 443, "/x?y=1"});
    CHECK(parse_url("http://127.0.0.1:8081") == Url{false, "127.0.0.1", 8081, "/"});
    CHECK(parse_url("https://[::1]:8443?q") == Url{true, "::1", 8443, "/?q"});
    CHECK(parse_url("https://[::1]:8443/").origin() == "https://[::1]:8443");
    CHECK(join("http://h:1/twilio/", "/2010").target == "/twilio/2010");
}

TEST_CASE("a URL that could be read in two ways is refused") {
    for (const char* text : {"ftp://h/", "h/x", "https://", "https://u:p@h/", "https://h:0/",
                             "https://h:99999/", "https://h:/", "https://h /", "https://h/a b",
                             "https://h/\r\nX: 1", "https://h\\x", "https://[::1/", "https://é/"}) {
        INFO(text);
        CHECK_THROWS_AS(static_cast<void>(parse_url(text)), BadUrl);
    }
}

TEST_CASE("Retry-After is read as seconds or as a date, and capped") {
    const auto now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 10h;
    CHECK(parse_retry_after("3", now) == 3000ms);
    CHECK(parse_retry_after(" 0.5 ", now) == 500ms);
    CHECK(parse_retry_after("Sat, 21 Nov 2026 10:00:30 GMT", now) == 30000ms);
    CHECK(parse_retry_after("Sat, 21 Nov 2026 09:00:00 GMT", now) == 0ms);
    CHECK(parse_retry_after("99999999", now) == retry_after_max);
    for (const char* text : {"", "-1", "soon", "nan", "1e", "Sat, 31 Feb 2026 10:00:30 GMT"}) {
        INFO(text);
        CHECK_FALSE(parse_retry_after(text, now).has_value());
    }
}

TEST_CASE("Twilio's dates are read") {
    CHECK(parse_http_date("Sat, 21 Nov 2026 10:15:40 +0000") ==
          std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 10h + 15min + 40s);
    CHECK_FALSE(parse_http_date("Sat, 21 Nov 2026 10:15:40 +0100").has_value());
}

TEST_CASE("encodings are the vendors' own") {
    CHECK(form_encode({{"To", "+1 5"}, {"Body", "a&b=ü~"}}) == "To=%2B1+5&Body=a%26b%3D%C3%BC%7E");
    CHECK(percent_encode("a/b c") == "a%2Fb%20c");
    CHECK(basic_authorization("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    CHECK(base64("") == "");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("the class of an answer says whether it may be sent again") {
    struct Row {
        int status;
        Outcome once;
        Outcome idempotent;
    };
    const Row rows[] = {{200, Outcome::ok, Outcome::ok},
                        {204, Outcome::ok, Outcome::ok},
                        {302, Outcome::permanent, Outcome::permanent},
                        {400, Outcome::permanent, Outcome::permanent},
                        {401, Outcome::permanent, Outcome::permanent},
                        {408, Outcome::retryable, Outcome::retryable},
                        {409, Outcome::permanent, Outcome::permanent},
                        {429, Outcome::retryable, Outcome::retryable},
                        {500, Outcome::unknown, Outcome::retryable},
                        {502, Outcome::unknown, Outcome::retryable},
                        {503, Outcome::unknown, Outcome::retryable},
                        {504, Outcome::unknown, Outcome::retryable}};
    for (const Row& row : rows) {
        INFO(row.status);
        CHECK(classify_status(row.status, false) == row.once);
        CHECK(classify_status(row.status, true) == row.idempotent);
    }
}
