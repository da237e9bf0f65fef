#pragma once
// A filter whose names are known and whose values have the types of their fields. Negation has been moved
// down to the comparisons, so that what a comparison means for a run that has no such value is decided here:
// it does not hold, and its negation holds.

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "engine/search/fields.hpp"
#include "engine/search/query.hpp"

namespace durable::search {

/// Texts, run ids and words as text; times and durations as microseconds.
using Value = std::variant<std::string, std::int64_t, double, bool>;

struct BoundField {
    const Field* system = nullptr;  ///< none: a search attribute
    std::string attribute{};        ///< its key
    SearchType attribute_type = SearchType::string;

    [[nodiscard]] FieldType type() const {
        return system != nullptr ? system->type : field_type(attribute_type);
    }
    [[nodiscard]] std::string name() const {
        return system != nullptr ? std::string{system->name} : attribute;
    }
};

struct Condition {
    BoundField field;
    Operator op = Operator::equal;  ///< never unequal: that is an equal one, negated
    std::vector<Value> values;
    bool negated = false;
};

struct BoundNode {
    enum class Kind : std::uint8_t { all, any, condition };
    Kind kind = Kind::condition;
    Condition condition{};
    std::vector<BoundNode> children{};
};

struct BoundOrder {
    BoundField field;
    bool descending = false;
};

struct BoundQuery {
    std::vector<BoundNode> where;  ///< none or one
    std::vector<BoundOrder> order;
};

/// The search attributes that the database knows.
using SearchCatalog = std::map<std::string, SearchType, std::less<>>;

/// Relative times are relative to `now`. Throws QueryError with the place of an unknown name, a value of
/// another type, an operator that the type has not.
[[nodiscard]] BoundQuery bind(const Query& query, const SearchCatalog& catalog, Timestamp now);
/// Fields to group by, each named once: any but durations, times and lists. Throws QueryError.
[[nodiscard]] std::vector<BoundField> bind_groups(const std::string& names, const SearchCatalog& catalog);

}  // namespace durable::search
