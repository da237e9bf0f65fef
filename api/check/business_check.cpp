#include "api/check/business_check.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "activities/tenancy.hpp"
#include "api_sql.hpp"

namespace callflex {
namespace {

using durable::store::CheckLine;

std::vector<std::string_view> business_checks() {
    std::vector<std::string_view> statements;
    for (const api::sql::File& file : api::sql::all) {
        if (file.name.starts_with("check_")) statements.push_back(file.text);
    }
    return statements;
}

/// Both in the order of their numbers.
std::vector<CheckLine> merged(std::vector<CheckLine> lines, std::vector<CheckLine> more) {
    std::ranges::move(more, std::back_inserter(lines));
    std::ranges::sort(lines, {}, [](const CheckLine& line) { return std::pair{line.id.size(), line.id}; });
    return lines;
}

}  // namespace

std::vector<CheckLine> known_checks() {
    return merged(durable::store::known_checks(durable::store::engine_checks()),
                  durable::store::known_checks(business_checks()));
}

std::vector<CheckLine> check_everything(pqxx::connection& connection,
                                        const durable::store::CheckOptions& options) {
    pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> snapshot{connection};
    auto lines = durable::store::run_checks(snapshot, durable::store::engine_checks(), options);
    act_for_everybody(
        snapshot);  // not before: the reader may have rights that look further (sessions of others)
    return merged(std::move(lines), durable::store::run_checks(snapshot, business_checks(), options));
}

}  // namespace callflex
