#pragma once
// A bound filter as parameterised SQL. What the filter says decides which pieces (sql/search_*.sql) and
// which columns of engine.run_overview are used; every value, and every key of a search attribute, becomes a
// parameter.

#include <optional>
#include <string>
#include <vector>

#include "engine/search/bound.hpp"

namespace durable::store {

class SearchSql {
  public:
    /// Parameters before these are the caller's: the first value becomes $`first`.
    explicit SearchSql(int first) : next_(first) {}

    /// "true" for a filter that everything matches.
    [[nodiscard]] std::string condition(const search::BoundQuery& query);
    /// What to order by; the newest first when the filter does not say.
    [[nodiscard]] std::string order(const search::BoundQuery& query);
    /// The value of a field, as text.
    [[nodiscard]] std::string group(const search::BoundField& field);
    /// In the order of their numbers.
    [[nodiscard]] const std::vector<std::string>& values() const noexcept { return values_; }

  private:
    [[nodiscard]] std::string node(const search::BoundNode& node);
    [[nodiscard]] std::string comparison(const search::Condition& condition, const std::string& left);
    [[nodiscard]] std::string positive(const search::Condition& condition);
    [[nodiscard]] std::string status(const search::Condition& condition);
    [[nodiscard]] std::string attribute(const search::Condition& condition);
    [[nodiscard]] std::string activities(const search::Condition& condition);
    [[nodiscard]] std::string value_of(const search::BoundField& field);
    [[nodiscard]] std::string list(const search::Condition& condition);
    /// "$7::text", with the value remembered.
    [[nodiscard]] std::string parameter(const search::Value& value, search::FieldType type);

    int next_;
    std::vector<std::string> values_;
};

/// The statement, or piece, without the comment that opens its file.
[[nodiscard]] std::string without_comment(std::string_view sql);
/// Every :name replaced.
[[nodiscard]] std::string filled(std::string text, std::string_view name, std::string_view by);

}  // namespace durable::store
