// The filter language on its way to SQL. An error names a place inside of the text. The SQL of a filter is made of our
// own pieces alone: with every value and every attribute's name replaced, it is the same SQL.

#include "engine/search/bound.hpp"
#include "engine/store/search_sql.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace durable;
using namespace durable::search;

const SearchCatalog catalog{{"A", SearchType::string},     {"OrganizationId", SearchType::string},
                            {"Tags", SearchType::strings}, {"I", SearchType::integer},
                            {"N", SearchType::number},     {"B", SearchType::boolean},
                            {"T", SearchType::timestamp}};

constexpr Timestamp now{std::chrono::seconds{1'795'256'190}};

void replace(BoundField& field) {
    if (field.system == nullptr) field.attribute = "replaced";
}

/// Status = 'running' decides where is looked, so the words that a field may have stay.
void replace(Condition& condition) {
    replace(condition.field);
    if (condition.field.type() == FieldType::choice) return;
    for (Value& value : condition.values) {
        if (auto* text = std::get_if<std::string>(&value)) *text = "replaced";
        if (auto* whole = std::get_if<std::int64_t>(&value)) *whole = 4711;
        if (auto* number = std::get_if<double>(&value)) *number = 0.25;
    }
}

void replace(BoundNode& node) {
    if (node.kind == BoundNode::Kind::condition) replace(node.condition);
    for (BoundNode& child : node.children) replace(child);
}

struct Sql {
    std::string text;
    std::size_t parameters = 0;
};

Sql sql_of(const BoundQuery& query) {
    store::SearchSql sql{3};
    std::string text = sql.condition(query) + " order by ";
    text += sql.order(query);
    return {text, sql.values().size()};
}

void check_sql(const std::string& text) {
    const BoundQuery query = search::bind(parse(text), catalog, now);
    BoundQuery other = query;
    for (BoundNode& node : other.where) replace(node);
    for (BoundOrder& order : other.order) replace(order.field);
    const Sql sql = sql_of(query);
    fuzz::expect(sql.text == sql_of(other).text, "no part of a filter becomes SQL");
    fuzz::expect(sql.text.find("$" + std::to_string(3 + sql.parameters)) == std::string::npos,
                 "every parameter has a value");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{fuzz::text(data, size)};
    try {
        check_sql(text);
    } catch (const QueryError& error) {
        fuzz::expect(error.at() <= text.size(), "an error is at a place of the text");
        fuzz::expect(!error.problem().empty(), "an error says something");
    }
    try {
        store::SearchSql sql{1};
        for (const BoundField& field : bind_groups(text, catalog)) static_cast<void>(sql.group(field));
    } catch (const QueryError& error) {
        fuzz::expect(!error.problem().empty(), "an error says something");
    }
    return 0;
}
