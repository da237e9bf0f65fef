// What the guide says of invariants: each of the forty-one has a line; what is said to be checked is checked by a query
// with that number; what shows it is a test that exists.

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "tests/tidy/guide_table.hpp"

namespace {

/// "I-4" of every query of the engine and of the product, by the first line of its file.
std::set<std::string> checked_numbers() {
    static const std::regex heading{R"(^-- (I-\d+): .+\.$)"};
    std::set<std::string> numbers;
    for (const char* folder : {"engine/store/sql", "api/sql"}) {
        for (const auto& entry : std::filesystem::directory_iterator{tidy::root() / folder}) {
            const std::string name = entry.path().filename().string();
            if (!name.starts_with("check_")) continue;
            CAPTURE(name);
            std::smatch match;
            const std::string first = tidy::read_source(std::string{folder} + "/" + name).lines.at(0);
            REQUIRE(std::regex_match(first, match, heading));
            CHECK(numbers.insert(match[1]).second);  // no number stands for two sentences
        }
    }
    return numbers;
}

/// What a line says is checked by `callflex check`: its own number, and others that it names ("with I-42, I-56").
std::vector<std::string> promised_by(const tidy::GuideLine& line) {
    static const std::regex columns{R"(^\| (I-\d+) \|[^|]*\|([^|]*)\|)"};
    static const std::regex number{R"((I-\d+))"};
    std::smatch match;
    REQUIRE(std::regex_search(line.text, match, columns));
    const std::string by = match[2];
    std::vector<std::string> promised = tidy::matches(by, number);
    if (by.find("`callflex check`") != std::string::npos) promised.push_back(match[1]);
    return promised;
}

}  // namespace

TEST_CASE("each of the forty-one invariants has a line, which names queries and tests that exist") {
    constexpr int last = 41;
    const std::set<std::string> checked = checked_numbers();
    std::map<int, int> told;
    for (const tidy::GuideLine& line :
         tidy::guide_lines(tidy::read_source("docs/guide/invariants.md"), "I-")) {
        INFO(line.text);
        CHECK(tidy::is_honest(line));
        for (const std::string& missing : tidy::missing_of(line)) FAIL_CHECK("there is no " << missing);
        for (const std::string& number : promised_by(line)) CHECK(checked.contains(number));
        ++told[line.number];
    }
    for (int number = 1; number <= last; ++number) {
        CAPTURE(number);
        CHECK(told[number] == 1);
    }
    CHECK(told.size() == last);
}

TEST_CASE(
    "every query of the checker is told of in the guide, and a line that promises too much is noticed") {
    std::string page;
    for (const std::string& line : tidy::read_source("docs/guide/invariants.md").lines) page += line + "\n";
    for (const std::string& number : checked_numbers()) {
        CAPTURE(number);
        // By itself, or within a range: "I-44 to I-46".
        bool found = page.find(number + " ") != std::string::npos ||
                     page.find(number + ",") != std::string::npos ||
                     page.find(number + ")") != std::string::npos;
        static const std::regex range{R"(I-(\d+) to\s+I-(\d+))"};
        const int value = std::stoi(number.substr(2));
        for (std::sregex_iterator at{page.begin(), page.end(), range}, end; at != end; ++at)
            found = found || (value >= std::stoi((*at)[1]) && value <= std::stoi((*at)[2]));
        CHECK(found);
    }
    const auto one = [](const std::string& by) {
        return promised_by(
            tidy::guide_lines({"page", {"| I-2 | something | " + by + " | `x` |"}}, "I-").at(0));
    };
    CHECK(one("by senders who remember").empty());
    CHECK(one("`callflex check`, with I-900") == std::vector<std::string>{"I-900", "I-2"});
    CHECK_FALSE(checked_numbers().contains("I-2"));
    CHECK_FALSE(checked_numbers().contains("I-900"));
}
