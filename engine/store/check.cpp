#include "engine/store/check.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr std::string_view prefix = "check_";

/// "-- I-4: Sentence." -> {"I-4", "Sentence."}
CheckLine heading_of(std::string_view statement) {
    const std::string_view line = statement.substr(0, statement.find('\n'));
    const auto colon = line.find(": ");
    if (!line.starts_with("-- I-") || colon == std::string_view::npos) {
        throw std::logic_error("a check does not begin with its invariant: " + std::string{line});
    }
    CheckLine result;
    result.id = line.substr(3, colon - 3);
    result.sentence = line.substr(colon + 2);
    return result;
}

int number_of(const CheckLine& line) {
    int number = 0;
    std::from_chars(line.id.data() + 2, line.id.data() + line.id.size(), number);
    return number;
}

std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t to = std::min(text.find('\n', from), text.size());
        lines.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    return lines;
}

}  // namespace

std::vector<CheckLine> run_checks(pqxx::transaction_base& snapshot,
                                  const std::vector<std::string_view>& statements) {
    std::vector<CheckLine> lines;
    for (const std::string_view statement : statements) {
        CheckLine line = heading_of(statement);
        const pqxx::result found = snapshot.exec(std::string{statement});
        line.checked = found[0]["checked"].as<std::int64_t>();
        line.violated = found[0]["violated"].as<std::int64_t>();
        if (!found[0]["examples"].is_null()) line.examples = split_lines(found[0]["examples"].c_str());
        lines.push_back(std::move(line));
    }
    std::sort(lines.begin(), lines.end(),
              [](const CheckLine& a, const CheckLine& b) { return number_of(a) < number_of(b); });
    return lines;
}

std::vector<CheckLine> check(pqxx::connection& connection) {
    std::vector<std::string_view> statements;
    for (const sql::File& file : sql::all) {
        if (file.name.starts_with(prefix)) statements.push_back(file.text);
    }
    pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> snapshot{connection};
    return run_checks(snapshot, statements);
}

}  // namespace durable::store
