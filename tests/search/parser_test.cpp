// The grammar of filters: what is understood, and what is said of what is not.

#include <doctest/doctest.h>

#include "engine/search/query.hpp"

namespace durable::search {
namespace {

/// A tree as text, with every parenthesis.
std::string shown(const Node& node) {
    switch (node.kind) {
        case Node::Kind::comparison:
            return node.comparison.field + " " + std::string{to_string(node.comparison.op)};
        case Node::Kind::negation:
            return "not(" + shown(node.children.front()) + ")";
        case Node::Kind::all:
        case Node::Kind::any:
            break;
    }
    std::string text;
    for (const Node& child : node.children) {
        text += (text.empty() ? "(" : node.kind == Node::Kind::all ? " and " : " or ") + shown(child);
    }
    return text + ")";
}

std::string tree(std::string_view text) {
    const Query query = parse(text);
    return query.where.empty() ? "" : shown(query.where.front());
}

/// "column: problem"
std::string refused(std::string_view text) {
    try {
        static_cast<void>(parse(text));
        return "understood";
    } catch (const QueryError& error) {
        return std::to_string(error.at() + 1) + ": " + error.problem();
    }
}

TEST_CASE("and binds more tightly than or, not more tightly than both; parentheses decide") {
    CHECK(tree("A = 1 or B = 2 and C = 3") == "(A = or (B = and C =))");
    CHECK(tree("(A = 1 or B = 2) and C = 3") == "((A = or B =) and C =)");
    CHECK(tree("not A = 1 and B = 2") == "(not(A =) and B =)");
    CHECK(tree("not (A = 1 and not B = 2)") == "not((A = and not(B =)))");
    CHECK(tree("A = 1 and B = 2 and C = 3") == "(A = and B = and C =)");
}

TEST_CASE("every operator is understood, and not stands in front of those that are words") {
    CHECK(tree("A = 1 and B != 1 and C < 1 and D <= 1 and E > 1 and F >= 1") ==
          "(A = and B != and C < and D <= and E > and F >=)");
    CHECK(tree("A in ('x', 'y')") == "A in");
    CHECK(tree("A not in ('x')") == "not(A in)");
    CHECK(tree("A between 1 and 2 and B = 3") == "(A between and B =)");
    CHECK(tree("A not between 1 and 2") == "not(A between)");
    CHECK(tree("A starts_with 'x'") == "A starts_with");
    CHECK(tree("A contains 'x' and B not contains 'y'") == "(A contains and not(B contains))");
    CHECK(tree("A is null") == "A is null");
    CHECK(tree("A is not null") == "not(A is null)");
    CHECK(tree("A <> 1 or B == 2") == "(A != or B =)");
}

TEST_CASE("words of the language are the same in whatever case") {
    CHECK(tree("A = 1 AND B Is Not NULL oR C BETWEEN 1 AND 2") == "((A = and not(B is null)) or C between)");
    const Query query = parse("ORDER BY A DESC, B asc, C");
    REQUIRE(query.order.size() == 3);
    CHECK(query.order[0].descending);
    CHECK_FALSE(query.order[1].descending);
    CHECK(query.order[2].field == "C");
}

TEST_CASE("literals keep their types: a doubled quote is one, numbers have signs, fractions and exponents") {
    const Query query = parse(R"(A in ('it''s', "say ""x""", 7, -7, +7, 1.5, -2e3, true, FALSE))");
    const auto& values = query.where.front().comparison.values;
    REQUIRE(values.size() == 9);
    CHECK(std::get<std::string>(values[0].value) == "it's");
    CHECK(std::get<std::string>(values[1].value) == "say \"x\"");
    CHECK(std::get<std::int64_t>(values[2].value) == 7);
    CHECK(std::get<std::int64_t>(values[3].value) == -7);
    CHECK(std::get<std::int64_t>(values[4].value) == 7);
    CHECK(std::get<double>(values[5].value) == 1.5);
    CHECK(std::get<double>(values[6].value) == -2000);
    CHECK(std::get<bool>(values[7].value));
    CHECK_FALSE(std::get<bool>(values[8].value));
}

TEST_CASE("an empty filter is one that everything matches") {
    CHECK(parse("").where.empty());
    CHECK(parse("  \n ").where.empty());
    CHECK(parse("order by A").where.empty());
}

TEST_CASE("what is wrong is told with its place") {
    CHECK(refused("A = and B = 2") == "5: expected a value; texts stand in quotes: 'and'");
    CHECK(refused("A = running") == "5: expected a value; texts stand in quotes: 'running'");
    CHECK(
        refused("A") ==
        "2: expected an operator: = != < <= > >= in, between, starts_with, contains, is null, found the end");
    CHECK(refused("A = 1 B = 2") == "7: expected \"and\", \"or\", \"order by\" or the end");
    CHECK(refused("(A = 1") == "7: expected \")\", found the end");
    CHECK(refused("A = 'x") == "5: a string that does not end; a quote inside is written twice");
    CHECK(refused("A = 2h") == "5: this is no number; durations and times are quoted: '2h', '2h ago'");
    CHECK(refused("A between 1") == "12: expected \"and\" and the upper end of \"between\", found the end");
    CHECK(refused("A in 1") == "6: expected \"(\" and a list of values");
    CHECK(refused("A in ()") == "7: expected a value");
    CHECK(refused("A is 1") == "6: expected \"null\" or \"not null\"");
    CHECK(refused("A not = 1") == "7: expected \"in\", \"between\", \"starts_with\" or \"contains\"");
    CHECK(refused("A not is null") == "7: expected \"in\", \"between\", \"starts_with\" or \"contains\"");
    CHECK(refused("A = 1; drop table x") == "6: a character that means nothing here");
    CHECK(refused("A = 99999999999999999999") == "5: an integer beyond 64 bits");
    CHECK(refused("A = 1e999") == "5: a number out of range");
    CHECK(refused("null = 1") == "1: expected the name of a field");
    CHECK(refused("order by") == "9: expected the name of a field, found the end");
}

TEST_CASE("the picture of an error has a caret below the place, counted in characters") {
    try {
        static_cast<void>(parse("A = 'Zürich' und B = 2"));
        FAIL("understood");
    } catch (const QueryError& error) {
        CHECK(std::string{error.what()} ==
              "the filter is wrong at column 14: expected \"and\", \"or\", \"order by\" or the end\n"
              "  A = 'Zürich' und B = 2\n"
              "               ^");
    }
}

TEST_CASE("depth, length and number of comparisons are bounded") {
    CHECK(tree(std::string(60, '(') + "A = 1" + std::string(60, ')')) == "A =");
    CHECK(refused(std::string(5000, '(') + "A = 1").find("nested too deeply") != std::string::npos);
    std::string nots;
    for (int i = 0; i < 1000; ++i) nots += "not ";
    CHECK(refused(nots + "A = 1").find("nested too deeply") != std::string::npos);
    std::string many = "A = 1";
    for (int i = 0; i < 300; ++i) many += " and A = 1";
    CHECK(refused(many).find("200 comparisons") != std::string::npos);
    CHECK(refused("A = '" + std::string(20'000, 'x') + "'").find("10000 bytes") != std::string::npos);
}

/// A small generator of its own: the same texts at every run.
class Noise {
  public:
    explicit Noise(std::uint64_t seed) : state_(seed) {}
    std::size_t below(std::size_t bound) {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::size_t>(state_ >> 33U) % bound;
    }

  private:
    std::uint64_t state_;
};

TEST_CASE("whatever the text, it is understood or refused with a place inside of it") {
    static const std::vector<std::string> pieces{
        "A",     "Status", "=",    "!=",          "<",        ">=", "in", "between",
        "and",   "or",     "not",  "(",           ")",        ",",  "'",  "''",
        "'x'",   "\"",     "7",    "-",           "1.5",      "1e", "is", "null",
        "order", "by",     "desc", "--",          ";",        "$1", "\\", "\x01",
        "\xff",  "ü",      "true", "starts_with", "contains", " ",  "\n", std::string(1, '\0')};
    Noise noise{42};
    int understood = 0;
    for (int round = 0; round < 50'000; ++round) {
        std::string text;
        const std::size_t length = noise.below(14);
        for (std::size_t i = 0; i < length; ++i)
            text += pieces[noise.below(pieces.size())] + (noise.below(3) > 0 ? " " : "");
        try {
            static_cast<void>(parse(text));
            ++understood;
        } catch (const QueryError& error) {
            REQUIRE(error.at() <= text.size());
            REQUIRE_FALSE(error.problem().empty());
        }
    }
    CHECK(understood > 100);
}

}  // namespace
}  // namespace durable::search
