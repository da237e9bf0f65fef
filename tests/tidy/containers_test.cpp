// Order that is not in the data: hash tables, and addresses as keys or numbers. The determinism gate sees them
// in object code as well; here they are found before anything is compiled, and where the optimiser leaves no
// trace.

#include <doctest/doctest.h>

#include "tests/tidy/source_tree.hpp"

namespace {

/// Without comments and the contents of strings.
std::string code_of(const std::string& line) {
    std::string code;
    bool in_string = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (!in_string && line.compare(i, 2, "//") == 0) break;
        if (line[i] == '"' && (i == 0 || line[i - 1] != '\\')) in_string = !in_string;
        if (!in_string) code += line[i];
    }
    return code;
}

/// What is wrong with a line; "" if nothing is.
std::string objection(const std::string& line) {
    static const std::regex unordered{
        R"re(\bunordered_(flat_|node_)?(multi)?(map|set)\b|\bhash_combine\b)re"};
    static const std::regex pointer_key{
        R"re(\b(multi)?(map|set)<\s*(const\s+)?[A-Za-z_:0-9]+(<[^<>]*>)?(\s+const)?\s*\*)re"};
    static const std::regex address_as_number{
        R"re(reinterpret_cast<\s*(std::)?(u?intptr_t|size_t|unsigned long)\s*>)re"};
    static const std::regex address_hashed{R"re(\b(hash|less|greater)<[^<>]*\*\s*>)re"};
    const std::string code = code_of(line);
    if (std::regex_search(code, unordered))
        return "its order differs from process to process: std::map, std::set";
    if (std::regex_search(code, pointer_key) || std::regex_search(code, address_hashed))
        return "addresses differ from process to process: take a key that is part of the data";
    if (std::regex_search(code, address_as_number)) return "an address is not a number that means anything";
    return {};
}

}  // namespace

TEST_CASE("workflow code iterates over nothing whose order is not in the data") {
    int checked = 0;
    for (const auto& file : tidy::sources()) {
        if (!file.below("workflows") && !file.below("engine/workflow") && !file.below("engine/replay"))
            continue;
        for (std::size_t number = 0; number < file.lines.size(); ++number) {
            ++checked;
            INFO(file.path << ":" << number + 1 << ": " << file.lines[number]);
            CHECK(objection(file.lines[number]) == "");
        }
    }
    CHECK(checked > 5000);
}

TEST_CASE("hash tables, and addresses as keys or numbers, are noticed") {
    CHECK(objection("    std::unordered_map<std::string, int> votes;") != "");
    CHECK(objection("#include <unordered_set>") != "");
    CHECK(objection("std::map<const Person*, int> ages;") != "");
    CHECK(objection("std::set<Node<int>*> open;") != "");
    CHECK(objection("std::multimap< Person *, int> ages;") != "");
    CHECK(objection("std::set<Person const*> all;") != "");
    CHECK(objection("std::hash<void*>{}(p)") != "");
    CHECK(objection("auto n = reinterpret_cast<std::uintptr_t>(&x);") != "");
}

TEST_CASE("what is told in a comment or a string, and pointers as values, are no findings") {
    CHECK(objection("// no std::unordered_map here") == "");
    CHECK(objection("fail(\"std::unordered_map\");") == "");
    CHECK(objection("std::map<EventId, Pending*> by_id;") == "");
    CHECK(objection("std::map<std::string, std::set<EventId>> groups;") == "");
}
