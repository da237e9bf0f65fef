#include "engine/store/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr std::string_view prefix = "check_";

struct Check {
    CheckLine line;
    std::string_view statement;
};

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

std::vector<Check> in_order(const std::vector<std::string_view>& statements) {
    std::vector<Check> checks;
    checks.reserve(statements.size());
    for (const std::string_view statement : statements) checks.push_back({heading_of(statement), statement});
    std::ranges::sort(checks, {}, [](const Check& check) { return number_of(check.line); });
    return checks;
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

/// In a savepoint, so that one that is given up leaves the snapshot to the others.
void look(pqxx::dbtransaction& snapshot, Check& check, std::chrono::seconds time_limit) {
    CheckLine& line = check.line;
    try {
        pqxx::subtransaction part{snapshot};
        const pqxx::result found = part.exec(std::string{check.statement});
        line.checked = found[0]["checked"].as<std::int64_t>();
        line.violated = found[0]["violated"].as<std::int64_t>();
        if (!found[0]["examples"].is_null()) line.examples = split_lines(found[0]["examples"].c_str());
    } catch (const pqxx::sql_error& error) {
        if (error.sqlstate() == "57014") {  // query_canceled
            line.problem = fmt::format("took longer than {} s, or was canceled", time_limit.count());
        } else if (error.sqlstate() == "55P03") {  // lock_not_available
            line.problem = "somebody is changing its tables: try again";
        } else {
            throw;
        }
    }
}

}  // namespace

std::vector<std::string_view> engine_checks() {
    std::vector<std::string_view> statements;
    for (const sql::File& file : sql::all) {
        if (file.name.starts_with(prefix)) statements.push_back(file.text);
    }
    return statements;
}

std::vector<CheckLine> known_checks(const std::vector<std::string_view>& statements) {
    std::vector<CheckLine> lines;
    for (Check& check : in_order(statements)) lines.push_back(std::move(check.line));
    return lines;
}

std::vector<CheckLine> run_checks(pqxx::dbtransaction& snapshot,
                                  const std::vector<std::string_view>& statements,
                                  const CheckOptions& options) {
    std::vector<Check> checks = in_order(statements);
    if (!options.only.empty()) {
        std::erase_if(checks, [&](const Check& check) {
            return std::ranges::find(options.only, check.line.id) == options.only.end();
        });
    }
    snapshot.exec_params(std::string{sql::be_a_guest},
                         std::to_string(std::chrono::milliseconds{options.time_limit}.count()));
    std::vector<CheckLine> lines;
    for (Check& check : checks) {
        if (options.progress) options.progress(check.line);
        look(snapshot, check, options.time_limit);
        lines.push_back(std::move(check.line));
    }
    return lines;
}

std::vector<CheckLine> check(pqxx::connection& connection) {
    pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> snapshot{connection};
    return run_checks(snapshot, engine_checks());
}

}  // namespace durable::store
