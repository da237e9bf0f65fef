#pragma once
// -q FILTER, and how a filter that is wrong is shown.

#include <CLI/CLI.hpp>
#include <ostream>
#include <string>

#include "api/cli/session.hpp"
#include "engine/search/query.hpp"

namespace callflex::cli {

CLI::Option* add_query_option(CLI::App& app, std::string& query);
/// The sentence, the filter, and a caret below the place.
void print_query_error(std::ostream& out, const Style& style, const durable::search::QueryError& error);
/// The fields and operators, for a manual.
[[nodiscard]] std::string filter_language();

}  // namespace callflex::cli
