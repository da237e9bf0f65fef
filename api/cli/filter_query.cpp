#include "api/cli/filter_query.hpp"

#include <sstream>

#include "engine/search/fields.hpp"

namespace callflex::cli {

CLI::Option* add_query_option(CLI::App& app, std::string& query) {
    return app
        .add_option("--query,-q", query,
                    "Filter, such as \"Status = 'running' and StartTime > '2h ago'\": docs/guide/search.md")
        ->type_name("FILTER");
}

void print_query_error(std::ostream& out, const Style& style, const durable::search::QueryError& error) {
    std::istringstream lines{error.what()};
    std::string line;
    for (bool first = true; std::getline(lines, line); first = false) {
        if (first) out << style(Color::red, "error: ");
        out << harmless(line) << '\n';
    }
}

std::string filter_language() {
    std::string names;
    for (const auto& field : durable::search::system_fields()) {
        names += (names.empty() ? "" : ", ") + std::string{field.name};
    }
    return "Fields: " + names +
           ", and every search attribute. Operators: = != < <= > >=, in (…), between … and …, starts_with, "
           "contains, "
           "is null; "
           "and, or, not, parentheses; order by FIELD desc. Times: '2h ago', '2026-11-21T08:30:00Z'.";
}

}  // namespace callflex::cli
