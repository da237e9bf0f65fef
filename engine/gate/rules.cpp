#include "engine/gate/rules.hpp"

#include <algorithm>
#include <fstream>

#include "engine/gate/disassembly.hpp"

namespace durable::gate {
namespace {

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Columns stand between " | ", so that an expression may hold a bare bar.
std::vector<std::string> columns_of(const std::string& line) {
    std::vector<std::string> columns;
    std::size_t begin = 0;
    while (true) {
        const auto bar = line.find(" | ", begin);
        columns.push_back(trimmed(line.substr(begin, bar == std::string::npos ? bar : bar - begin)));
        if (bar == std::string::npos) return columns;
        begin = bar + 3;
    }
}

}  // namespace

Pattern::Pattern(const std::string& expression, const std::string& where) {
    auto compiled = std::make_unique<regex_t>();
    const int error = ::regcomp(compiled.get(), expression.c_str(), REG_EXTENDED | REG_NOSUB);
    if (error != 0) {
        std::string text(200, '\0');
        ::regerror(error, compiled.get(), text.data(), text.size());
        throw GateError(where + ": \"" + expression + "\" is not a regular expression: " + text.c_str());
    }
    compiled_ = {compiled.release(), [](regex_t* regex) {
                     ::regfree(regex);
                     delete regex;
                 }};
}

bool Pattern::found_in(const std::string& text) const {
    return ::regexec(compiled_.get(), text.c_str(), 0, nullptr, 0) == 0;
}

Rules::Rules(const std::vector<std::string>& files) {
    for (const auto& file : files) read(file);
}

void Rules::read(const std::string& file) {
    std::ifstream in(file);
    if (!in) throw GateError("cannot read " + file);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (trimmed(line).empty() || line.starts_with('#')) continue;
        add(columns_of(line), file + ":" + std::to_string(number));
    }
}

void Rules::add(const std::vector<std::string>& columns, const std::string& where) {
    const std::string& verb = columns.front();
    const std::size_t wanted = verb == "allow" ? 3 : 4;
    if (verb != "allow" && verb != "forbid" && verb != "except") {
        throw GateError(where + ": begins with \"" + verb + "\", not with forbid, allow or except");
    }
    if (columns.size() != wanted || columns.back().empty()) {
        throw GateError(where + ": " + verb + " has " + std::to_string(wanted) +
                        " columns between \" | \", and the last one says why");
    }
    if (verb == "forbid") families_.push_back({columns[1], Pattern{columns[2], where}, columns[3]});
    if (verb == "allow") allowed_.emplace_back(columns[1], where);
    if (verb == "except") exceptions_.push_back({Pattern{columns[1], where}, Pattern{columns[2], where}});
}

bool Rules::excepted(const std::string& symbol, const std::string& from) const {
    return std::any_of(exceptions_.begin(), exceptions_.end(), [&](const Exception& each) {
        return each.from.found_in(from) && each.pattern.found_in(symbol);
    });
}

std::optional<Objection> Rules::object_to(const std::string& symbol, bool external) const {
    for (const Family& family : families_) {
        if (family.pattern.found_in(symbol)) return Objection{family.name, family.instead};
    }
    const bool allowed = !external || std::any_of(allowed_.begin(), allowed_.end(),
                                                  [&](const Pattern& each) { return each.found_in(symbol); });
    if (allowed) return std::nullopt;
    return Objection{"unknown",
                     "an activity; or, if it always answers alike, an entry in allowed.txt that says so"};
}

std::vector<std::string> Rules::families() const {
    std::vector<std::string> names;
    for (const Family& family : families_) {
        if (std::find(names.begin(), names.end(), family.name) == names.end()) names.push_back(family.name);
    }
    return names;
}

}  // namespace durable::gate
