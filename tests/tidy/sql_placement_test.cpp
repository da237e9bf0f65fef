// Where SQL may stand: in .sql files of engine/store/sql, schema, activities/sql and api/sql. A statement in
// a string of any other room outside of tests is a statement that nobody formats, reviews or explains.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "tests/tidy/source_tree.hpp"

namespace {

bool has_sql(const std::string& line) {
    static const std::regex statement{
        R"re("\s*(select\s|insert\s+into|update\s+\w+[.\w]*\s+set|delete\s+from|with\s+\w+\s+as|create\s+(table|index|function|or|database|role)|alter\s+\w+|drop\s+\w+|truncate\s|grant\s|listen\s|notify\s|lock\s+table))re",
        std::regex::icase};
    return std::regex_search(line, statement);
}

/// Text on its way into a statement instead of beside it: quoting has had holes (CVE-2025-1094).
bool quotes(const std::string& line) {
    static constexpr std::array<std::string_view, 8> ways{"PQescape", "quote_name(", "quote_raw(", "esc_raw(",
                                                          ".esc(",    ">esc(",       ".quote(",    ">quote("};
    return std::ranges::any_of(ways, [&](auto way) { return line.find(way) != std::string::npos; });
}

}  // namespace

TEST_CASE("SQL stands in .sql files only") {
    int checked = 0;
    for (const auto& file : tidy::sources()) {
        // The migrator is about SQL; its room is where DDL stands anyway.
        if (file.below("tests") || file.below("schema")) continue;
        for (std::size_t number = 0; number < file.lines.size(); ++number) {
            ++checked;
            INFO(file.path << ":" << number + 1 << ": " << file.lines[number]);
            CHECK_FALSE(has_sql(file.lines[number]));
        }
    }
    CHECK(checked > 1000);
}

TEST_CASE("a statement in a string is noticed") {
    CHECK(has_sql(R"(tx.exec("select 1"))"));
    CHECK(has_sql(R"(tx.exec("UPDATE engine.runs SET status = 1"))"));
    CHECK_FALSE(has_sql(R"(throw Error("update of the record failed"))"));
}

TEST_CASE("S-24: no text is quoted into a statement: values are parameters") {
    for (const auto& file : tidy::sources()) {
        if (file.below("tests")) continue;
        for (std::size_t number = 0; number < file.lines.size(); ++number) {
            if (!quotes(file.lines[number])) continue;
            INFO(file.path << ":" << number + 1 << ": " << file.lines[number]);
            // A worker's label for pg_stat_activity: a setting of the session, which takes no parameter.
            CHECK(file.lines[number].find("quote(label)") != std::string::npos);
        }
    }
    CHECK(quotes("tx.exec(begin + tx.quote(name))"));
    CHECK(quotes("connection->esc(text)"));
    CHECK_FALSE(quotes("describe(text), escape(text)"));
}

TEST_CASE("every engine statement says what it locks and which index serves it") {
    int checked = 0;
    for (const auto& entry : std::filesystem::directory_iterator(tidy::root() / "engine/store/sql")) {
        if (entry.path().extension() != ".sql") continue;
        const auto file = tidy::read_source(std::filesystem::relative(entry.path(), tidy::root()));
        ++checked;
        INFO(file.path);
        REQUIRE_FALSE(file.lines.empty());
        CHECK(file.lines.front().starts_with("--"));
        std::string opening;
        for (const auto& line : file.lines) {
            if (!line.starts_with("--")) break;
            opening += line;
        }
        CHECK(std::regex_search(opening, std::regex{"lock", std::regex::icase}));
    }
    CHECK(checked > 5);
}
