#pragma once
// Lists and counts by the filter language (engine/search), from the truth: what a transaction has committed
// is found. Each verb inside a caller's transaction, as in runs.hpp. All throw search::QueryError for a
// filter that is wrong.

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/search/bound.hpp"
#include "engine/store/runs.hpp"

namespace durable::store {

/// The search attributes that were ever used, and the database's time.
struct SearchWorld {
    search::SearchCatalog catalog;
    Timestamp now;
};
[[nodiscard]] SearchWorld search_world(pqxx::transaction_base& tx);

struct SearchRequest {
    std::string name_space = "default";
    std::string filter{};           ///< "": everything
    std::int32_t limit = 50;        ///< 1..10,000
    std::optional<RunId> before{};  ///< page: runs older than this one; only without an order by
};
/// What search() sends: parameters as text.
struct SearchStatement {
    std::string text;
    std::vector<std::string> parameters;
};
[[nodiscard]] SearchStatement search_statement(const SearchRequest& request, const SearchWorld& world);
/// Newest first, or in the order of the filter.
std::vector<ListedRun> search(pqxx::transaction_base& tx, const SearchRequest& request);

struct GroupCount {
    std::vector<std::optional<std::string>> group;  ///< a value a field; none: runs that have none
    std::int64_t runs = 0;
};
/// Most first, at most 1,000 groups. `group_by`: "Status" or "Status,Type" ...; "": one group of everything.
std::vector<GroupCount> count_groups(pqxx::transaction_base& tx, const std::string& name_space,
                                     const std::string& filter, const std::string& group_by = {});

/// Gives a run whose history is a copy the attributes that it has by this history.
void attributes_as_in_history(pqxx::transaction_base& tx, RunId run);
/// What a run can be found by.
std::vector<SearchAttribute> attributes_of(pqxx::transaction_base& tx, RunId run);

}  // namespace durable::store
