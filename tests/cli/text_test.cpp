// Text for terminals: nothing that comes from a payload may drive one.

#include "api/cli/text.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "api/cli/arguments.hpp"
#include "api/cli/table.hpp"
#include "engine/client/human_time.hpp"

namespace test {

using namespace callflex::cli;
using namespace std::chrono_literals;

TEST_CASE("control characters, C1 controls and text-reordering characters are shown, not sent") {
    CHECK(harmless("a\x1b[2Jb") == "a\\u001b[2Jb");
    CHECK(harmless("a\nb\tc\r") == "a\\nb\\tc\\u000d");
    CHECK(harmless("\xc2\x9b"
                   "31m") == "\\u009b31m");
    CHECK(harmless("\xe2\x80\xae"
                   "gpj.exe") == "\\u202egpj.exe");
    CHECK(harmless("\x7f") == "\\u007f");
    CHECK(harmless("Grüße, 東京 🙂") == "Grüße, 東京 🙂");
    CHECK(harmless_json("{\n  \"a\": 1\n}") == "{\n  \"a\": 1\n}");
    CHECK(harmless_json("\x1b") == "\\u001b");
}

TEST_CASE("bytes that are no UTF-8 do not lead out of the text") {
    CHECK(width("\xf0\x9f") == 2);
    CHECK(width("\xff") == 1);
    CHECK(harmless("\xe2\x80").size() >= 2);
}

TEST_CASE("columns are counted in characters") {
    CHECK(width("Grüße") == 5);
    CHECK(padded("ü", 3) == "ü  ");
    CHECK(cut("Grüße", 3) == "Gr…");
    CHECK(cut("Grüße", 5) == "Grüße");
}

TEST_CASE("a table aligns its columns whatever their colours") {
    Table table({"NAME", "STATUS", "X"});
    table.add({{"ü"}, {"completed", Color::green}, {"1"}});
    table.add({{"longer"}, {"failed", Color::red}, {"2"}});
    std::ostringstream plain;
    table.print(plain, Style{false});
    CHECK(plain.str() ==
          "NAME    STATUS     X\n"
          "ü       completed  1\n"
          "longer  failed     2\n");
    std::ostringstream colored;
    table.print(colored, Style{true});
    CHECK(colored.str().find("\x1b[32mcompleted\x1b[0m  1") != std::string::npos);
}

TEST_CASE("durations are read as people write them") {
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("1h30m") == 90min);
    CHECK(parse_duration("2d") == 48h);
    for (const auto* bad : {"", "5", "m", "1x", "-5s", "1h 2m", "99999999999999999999s", "99999999999999d"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS((void)parse_duration(bad), CommandError);
    }
}

TEST_CASE("times are ISO 8601 or an age") {
    const durable::Timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 12h};
    CHECK(parse_moment("2h", now) == now - 2h);
    CHECK(parse_moment("2026-11-21", now) == now - 12h);
    CHECK(parse_moment("2026-11-21T04:20:36Z", now) == now - 12h + 4h + 20min + 36s);
    for (const auto* bad : {"yesterday", "2026-13-01", "2026-02-30", "2026-11-21T25:00:00Z", "2026-11-21x"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS((void)parse_moment(bad, now), CommandError);
    }
}

TEST_CASE("durations and distances are written as people read them") {
    using namespace durable::client;
    CHECK(human_duration(412us) == "412 µs");
    CHECK(human_duration(3200us) == "3.2 ms");
    CHECK(human_duration(4s) == "4 s");
    CHECK(human_duration(125s) == "2 min 5 s");
    CHECK(human_duration(3h + 20min) == "3 h 20 min");
    CHECK(human_duration(24h * 12) == "12 d");
    CHECK(human_duration(-5s) == "-5 s");
    const durable::Timestamp now{1'000'000s};
    CHECK(relative_time(now + 5s, now) == "in 5 s");
    CHECK(relative_time(now - 5s, now) == "5 s ago");
    CHECK(relative_time(now, now) == "now");
    CHECK(iso_time(durable::Timestamp{1'763'698'836'123ms}) == "2025-11-21T04:20:36.123Z");
}

}  // namespace test
