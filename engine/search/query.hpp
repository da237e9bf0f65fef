#pragma once
// The list filter language, as written:
//
//   Status = 'running' and OrganizationId = 'org-7' and StartTime > '2h ago' order by StartTime desc
//
// Operators: = != < <= > >=, in (...), between x and y, starts_with 'x', contains 'x', is null; each of the
// last five with `not` in front of it too; and, or, not, parentheses. Words are the same in whatever case.
//
// Pure: text in, tree out. No part of the text ever becomes SQL: names are looked up, values are parameters.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace durable::search {

/// What is wrong with a filter, and where. what() is three lines: the sentence, the text, and a caret below
/// the place.
class QueryError : public std::runtime_error {
  public:
    QueryError(std::string_view text, std::size_t at, const std::string& problem);
    /// Byte of the text, from 0.
    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    /// The sentence alone.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  private:
    std::size_t at_;
    std::string problem_;
};

enum class Operator : std::uint8_t {
    equal,
    unequal,
    less,
    at_most,
    greater,
    at_least,
    in,
    between,
    starts_with,
    contains,
    is_null,
};
/// As it is written.
[[nodiscard]] std::string_view to_string(Operator op);

struct Literal {
    std::variant<std::string, std::int64_t, double, bool> value;
    std::size_t at = 0;
};

struct Comparison {
    std::string field;
    std::size_t at = 0;
    Operator op = Operator::equal;
    std::vector<Literal> values;
};

struct Node {
    enum class Kind : std::uint8_t { all, any, negation, comparison };
    Kind kind = Kind::comparison;
    Comparison comparison{};
    std::vector<Node> children{};
};

struct Order {
    std::string field;
    std::size_t at = 0;
    bool descending = false;
};

struct Query {
    std::string text;
    std::vector<Node> where;  ///< none or one
    std::vector<Order> order;
};

/// Empty text is a query that everything matches. Throws QueryError; never recurses deeper than 64 levels.
[[nodiscard]] Query parse(std::string_view text);

}  // namespace durable::search
