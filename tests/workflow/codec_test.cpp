#include "engine/workflow/codec.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace durable::test {
namespace {

using namespace std::chrono_literals;

enum class Color { red, green };
BOOST_DESCRIBE_ENUM(Color, red, green)

struct Point {
    int x = 0;
    int y = 0;
    bool operator==(const Point&) const = default;
};
BOOST_DESCRIBE_STRUCT(Point, (), (x, y))

struct Everything {
    bool flag = false;
    std::int8_t small = 0;
    std::uint64_t large = 0;
    double ratio = 0;
    std::string text;
    Color color = Color::red;
    Duration delay{};
    Timestamp at;
    Uuid uuid;
    RunId run;
    WorkflowId workflow;
    std::optional<Point> maybe;
    std::optional<int> absent;
    std::vector<Point> points;
    std::vector<bool> flags;
    std::map<std::string, int> counts;
    Payload raw;
    Nothing nothing;
    bool operator==(const Everything&) const = default;
};
BOOST_DESCRIBE_STRUCT(Everything, (),
                      (flag, small, large, ratio, text, color, delay, at, uuid, run, workflow, maybe, absent,
                       points, flags, counts, raw, nothing))

struct Settings {
    static constexpr bool defaults_allowed = true;
    int retries = 3;
    std::string name = "default";
};
BOOST_DESCRIBE_STRUCT(Settings, (), (retries, name))

struct Named {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(Named, (), (name))
struct Derived : Named {
    int age = 0;
};
BOOST_DESCRIBE_STRUCT(Derived, (Named), (age))

struct Segment {
    std::string speaker;
};
BOOST_DESCRIBE_STRUCT(Segment, (), (speaker))
struct Call {
    std::vector<Segment> segments;
};
BOOST_DESCRIBE_STRUCT(Call, (), (segments))
struct Report {
    Call call;
};
BOOST_DESCRIBE_STRUCT(Report, (), (call))

template <class T>
std::string error_of(const std::string& json) {
    try {
        static_cast<void>(decode<T>(Payload{json}));
        return "decoded";
    } catch (const DecodeError& error) {
        return error.what();
    }
}

TEST_CASE("every encodable type comes back as it was") {
    Everything value;
    value.flag = true;
    value.small = -128;
    value.large = std::numeric_limits<std::uint64_t>::max();
    value.ratio = 0.1 + 0.2;
    value.text = "quotes \" \\ / newline \n tab \t nul " + std::string(1, '\0') +
                 " umlaut \xC3\xBC face \xF0\x9F\x98\x80";
    value.color = Color::green;
    value.delay = 1500ms;
    value.at = Timestamp{123456789us};
    value.uuid = *Uuid::parse("0190a5b0-7c3e-7a10-8000-00000000abcd");
    value.run = RunId{value.uuid};
    value.workflow = WorkflowId{"call-1"};
    value.maybe = Point{1, -2};
    value.points = {{3, 4}, {5, 6}};
    value.flags = {true, false};
    value.counts = {{"a", 1}, {"b \"quoted\"", 2}};
    value.raw = Payload{R"({"any":[1,"two",null]})"};
    CHECK(decode<Everything>(encode(value)) == value);
    CHECK(decode<Everything>(encode(Everything{})) == Everything{});
}

TEST_CASE("the text is compact, in the order of the members, without empty optionals") {
    CHECK(encode(Point{1, 2}).json == R"({"x":1,"y":2})");
    CHECK(encode(std::optional<int>{}).json == "null");
    CHECK(encode(std::vector<std::string>{"a", "\x01"}).json == R"(["a","\u0001"])");
    CHECK(encode(Color::green).json == R"("green")");
    CHECK(encode(Nothing{}).json == "{}");
    Everything value;
    CHECK(encode(value).json.find("absent") == std::string::npos);
    Derived derived;
    derived.name = "n";
    CHECK(encode(derived).json == R"({"name":"n","age":0})");
    CHECK(decode<Derived>(Payload{R"({"age":7,"name":"m"})"}).name == "m");
}

TEST_CASE("doubles come back bit for bit, also those that JSON has no word for") {
    for (const double value : {0.0, -0.0, 1e308, 5e-324, 1.0 / 3, std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity()}) {
        const auto read = decode<double>(encode(value));
        CHECK(read == value);
        CHECK(std::signbit(read) == std::signbit(value));
    }
    CHECK(std::isnan(decode<double>(encode(std::nan("")))));
    CHECK(decode<double>(Payload{"12"}) == 12.0);
    CHECK(error_of<double>("1e999") == "number out of range: 1e999");
}

TEST_CASE("errors name the path") {
    CHECK(error_of<Report>(
              R"({"call":{"segments":[{"speaker":"a"},{"speaker":"b"},{"speaker":"c"},{"speaker":4}]}})") ==
          "call.segments[3].speaker: expected string, found number");
    CHECK(error_of<Report>(R"({"call":{"segments":[{}]}})") == "call.segments[0].speaker: missing");
    CHECK(error_of<Report>(R"({"call":[]})") == "call: expected object, found array");
    CHECK(error_of<Report>("{}") == "call: missing");
    CHECK(error_of<Report>("7") == "expected object, found number");
    CHECK(error_of<std::map<std::string, int>>(R"({"a":1,"b":"x"})") == "b: expected number, found string");
    CHECK(error_of<Color>(R"("blue")") == "expected one of red, green, found \"blue\"");
    CHECK(error_of<Uuid>(R"("0190a5b0")").starts_with("expected a UUID"));
}

TEST_CASE("integers are held to the range of their type") {
    CHECK(error_of<std::int8_t>("128") == "expected an integer from -128 to 127, found 128");
    CHECK(error_of<std::uint8_t>("-1") == "expected an integer from 0 to 255, found -1");
    CHECK(error_of<std::int64_t>("9223372036854775808").starts_with("expected an integer from"));
    CHECK(error_of<int>("1.5") == "expected an integer, found 1.5");
    CHECK(error_of<int>("1e2") == "expected an integer, found 1e2");
    CHECK(decode<std::int64_t>(Payload{"-9223372036854775808"}) == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("unknown members are passed over, whatever they hold") {
    CHECK(decode<Point>(Payload{R"( { "z" : {"deep":[1,{"q":null}],"t":true}, "y" : 2 ,"x":1} )"}) ==
          Point{1, 2});
}

TEST_CASE("a missing member is an error, unless it is optional or the struct allows defaults") {
    CHECK(error_of<Point>(R"({"x":1})") == "y: missing");
    CHECK(decode<Settings>(Payload{"{}"}).retries == 3);
    CHECK(decode<Settings>(Payload{R"({"name":"n"})"}).name == "n");
    CHECK_FALSE(decode<Everything>(encode(Everything{})).absent);
}

TEST_CASE("member names written with escapes are the same names") {
    CHECK(decode<Point>(Payload{R"({"\u0078":1,"y":2})"}) == Point{1, 2});
    CHECK(decode<std::map<std::string, int>>(Payload{R"({"a\nb":1})"}).begin()->first == "a\nb");
}

TEST_CASE("escapes and surrogate pairs become UTF-8") {
    CHECK(decode<std::string>(Payload{R"("\u00fc\u20AC\ud83d\ude00\/\b")"}) ==
          "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80/\b");
}

TEST_CASE("malformed text is refused") {
    for (const char* text : {"",     " ",       "{",         "}",           "[1,",    "[1 2]", "[,1]",
                             "[1,]", "{\"a\"}", "{\"a\":}",  "{\"a\":1,}",  "{a:1}",  "nul",   "tru",
                             "01",   "-",       "1.",        ".5",          "1e",     "+1",    "\"",
                             "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"", "1 2",   "// x"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(static_cast<void>(parse_payload(text)), DecodeError);
    }
}

TEST_CASE("text that is not UTF-8 is refused on the way in and repaired on the way out") {
    for (const char* bytes :
         {"\xFF", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3", "\x80"}) {
        CAPTURE(bytes);
        CHECK(error_of<std::string>('"' + std::string{bytes} + '"').starts_with("text is not UTF-8"));
        CHECK(encode(std::string{"a"} + bytes).json.starts_with("\"a\xEF\xBF\xBD"));
    }
    for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\u0041")"}) {
        CHECK(error_of<std::string>(text).starts_with("lone surrogate"));
    }
}

TEST_CASE("text nested too deep is refused without using the stack") {
    std::string deep(1'000'000, '[');
    CHECK(error_of<Payload>(deep).find("nested deeper than 64 levels") != std::string::npos);
    CHECK(error_of<Point>(R"({"z":)" + deep).find("nested deeper than 64 levels") != std::string::npos);
    const std::string fits = std::string(64, '[') + std::string(64, ']');
    CHECK(parse_payload(fits).json == fits);
}

TEST_CASE("a payload from outside is checked and made compact") {
    CHECK(parse_payload(" { \"a b\" : [ 1 , \" x \\\" y \" ] } ").json == R"({"a b":[1," x \" y "]})");
}

}  // namespace
}  // namespace durable::test
