#include "engine/search/bound.hpp"

#include <algorithm>
#include <utility>

#include "engine/search/moments.hpp"
#include "engine/search/tokens.hpp"
#include "engine/workflow/ids.hpp"

namespace durable::search {
namespace {

/// Letters that have to be changed, added or left out to make one word of the other.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t corner = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1)});
            corner = above;
        }
    }
    return row[b.size()];
}

/// The known name that was probably meant; empty if none is near.
std::string nearest(std::string_view name, const SearchCatalog& catalog) {
    constexpr std::size_t name_bytes_max = 100;
    if (name.size() > name_bytes_max) return {};
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
    const auto look = [&](std::string_view candidate) {
        const std::size_t far = distance(lower_case(name), lower_case(candidate));
        if (far >= best_distance) return;
        best_distance = far;
        best = candidate;
    };
    for (const Field& field : system_fields()) look(field.name);
    for (const auto& [key, type] : catalog) look(key);
    return best;
}

class Binder {
  public:
    Binder(std::string_view text, const SearchCatalog& catalog, Timestamp now)
        : text_(text), catalog_(catalog), now_(now) {}

    BoundNode node(const Node& given, bool negated) const {
        if (given.kind == Node::Kind::negation) return node(given.children.front(), !negated);
        if (given.kind == Node::Kind::comparison) return {.condition = condition(given.comparison, negated)};
        const bool all = (given.kind == Node::Kind::all) != negated;
        BoundNode bound{.kind = all ? BoundNode::Kind::all : BoundNode::Kind::any};
        for (const Node& child : given.children) bound.children.push_back(node(child, negated));
        return bound;
    }

    BoundField field(const std::string& name, std::size_t at) const {
        if (const Field* system = find_field(name)) return {.system = system};
        const auto attribute = catalog_.find(name);
        if (attribute != catalog_.end()) return {nullptr, attribute->first, attribute->second};
        const std::string meant = nearest(name, catalog_);
        fail(at, "no field and no search attribute is called " + name +
                     (meant.empty() ? "" : "; did you mean " + meant + "?"));
    }

    [[noreturn]] void fail(std::size_t at, const std::string& problem) const {
        throw QueryError(text_, at, problem);
    }

  private:
    Condition condition(const Comparison& given, bool negated) const {
        Condition bound{
            .field = field(given.field, given.at), .op = given.op, .values = {}, .negated = negated};
        if (bound.op == Operator::unequal) {
            bound.op = Operator::equal;
            bound.negated = !bound.negated;
        }
        check_operator(bound, given.at);
        for (const Literal& literal : given.values) bound.values.push_back(value(bound, literal));
        return bound;
    }

    void check_operator(const Condition& condition, std::size_t at) const {
        const FieldType type = condition.field.type();
        const bool ordered = condition.op == Operator::less || condition.op == Operator::at_most ||
                             condition.op == Operator::greater || condition.op == Operator::at_least ||
                             condition.op == Operator::between;
        const bool unordered_type =
            type == FieldType::boolean || type == FieldType::choice || type == FieldType::run;
        const bool texts = type == FieldType::text || type == FieldType::several;
        const bool of_texts = condition.op == Operator::starts_with || condition.op == Operator::contains;
        if ((ordered && unordered_type) || (of_texts && !texts)) {
            fail(at, condition.field.name() + " cannot be compared by \"" +
                         std::string{to_string(condition.op)} + '"');
        }
    }

    Value value(const Condition& condition, const Literal& literal) const {
        switch (condition.field.type()) {
            case FieldType::text:
            case FieldType::several:
                return text(condition, literal);
            case FieldType::choice:
                return choice(condition, literal);
            case FieldType::boolean:
                if (const auto* given = std::get_if<bool>(&literal.value)) return *given;
                wrong(condition, literal);
            case FieldType::integer:
                if (const auto* given = std::get_if<std::int64_t>(&literal.value)) return *given;
                wrong(condition, literal);
            case FieldType::number:
                return number(condition, literal);
            case FieldType::timestamp:
                return moment(condition, literal);
            case FieldType::duration:
                return duration(condition, literal);
            case FieldType::run:
                return run(condition, literal);
        }
        wrong(condition, literal);
    }

    Value text(const Condition& condition, const Literal& literal) const {
        const auto* given = std::get_if<std::string>(&literal.value);
        if (given == nullptr) wrong(condition, literal);
        return *given;
    }
    Value choice(const Condition& condition, const Literal& literal) const {
        const auto* given = std::get_if<std::string>(&literal.value);
        if (given == nullptr) wrong(condition, literal);
        const std::string word = lower_case(*given);
        std::string known;
        for (const std::string_view candidate : choices(*condition.field.system)) {
            if (candidate == word) return word;
            known += (known.empty() ? "" : ", ") + std::string{candidate};
        }
        fail(literal.at, condition.field.name() + " is one of " + known);
    }
    Value number(const Condition& condition, const Literal& literal) const {
        if (const auto* whole = std::get_if<std::int64_t>(&literal.value)) return static_cast<double>(*whole);
        if (const auto* given = std::get_if<double>(&literal.value)) return *given;
        wrong(condition, literal);
    }
    Value moment(const Condition& condition, const Literal& literal) const {
        const auto* given = std::get_if<std::string>(&literal.value);
        const auto parsed = given == nullptr ? std::nullopt : parse_moment(*given, now_);
        if (!parsed) wrong(condition, literal);
        return std::int64_t{parsed->time_since_epoch().count()};
    }
    Value duration(const Condition& condition, const Literal& literal) const {
        const auto* given = std::get_if<std::string>(&literal.value);
        const auto parsed = given == nullptr ? std::nullopt : parse_duration(*given);
        if (!parsed) wrong(condition, literal);
        return std::int64_t{parsed->count()};
    }
    Value run(const Condition& condition, const Literal& literal) const {
        const auto* given = std::get_if<std::string>(&literal.value);
        const auto parsed = given == nullptr ? std::nullopt : Uuid::parse(*given);
        if (!parsed) wrong(condition, literal);
        return parsed->to_string();
    }
    [[noreturn]] void wrong(const Condition& condition, const Literal& literal) const {
        fail(literal.at,
             condition.field.name() + " is compared with " + std::string{describe(condition.field.type())});
    }

    std::string_view text_;
    const SearchCatalog& catalog_;
    Timestamp now_;
};

}  // namespace

BoundQuery bind(const Query& query, const SearchCatalog& catalog, Timestamp now) {
    const Binder binder{query.text, catalog, now};
    BoundQuery bound;
    for (const Node& node : query.where) bound.where.push_back(binder.node(node, false));
    for (const Order& order : query.order) {
        bound.order.push_back({binder.field(order.field, order.at), order.descending});
        if (bound.order.back().field.type() == FieldType::several) {
            binder.fail(order.at, order.field + " has several values: there is no order by it");
        }
    }
    return bound;
}

std::vector<BoundField> bind_groups(const std::string& names, const SearchCatalog& catalog) {
    constexpr std::size_t groups_max = 4;
    const Binder binder{names, catalog, Timestamp{}};
    std::vector<BoundField> groups;
    for (const Token& token : tokens_of(names)) {
        if (token.kind == Token::Kind::end || token.text == ",") continue;
        if (token.kind != Token::Kind::word)
            binder.fail(token.at, "expected names of fields with commas between");
        groups.push_back(binder.field(token.text, token.at));
        const FieldType type = groups.back().type();
        if (type == FieldType::timestamp || type == FieldType::duration || type == FieldType::several) {
            binder.fail(token.at, "runs cannot be grouped by " + groups.back().name());
        }
    }
    if (groups.empty() || groups.size() > groups_max) binder.fail(0, "runs are grouped by 1 to 4 fields");
    return groups;
}

}  // namespace durable::search
