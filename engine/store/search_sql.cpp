#include "engine/store/search_sql.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using search::BoundField;
using search::BoundNode;
using search::Condition;
using search::FieldType;
using search::Operator;
using search::Value;

std::string text_of(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
    if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
    return std::get<bool>(value) ? "t" : "f";
}

struct Column {
    std::string_view field;
    std::string_view name;  ///< of engine.run_overview
};
constexpr Column columns[] = {
    {"WorkflowId", "workflow_id"},
    {"RunId", "run_id"},
    {"Type", "type"},
    {"Status", "status"},
    {"StartTime", "started_at"},
    {"CloseTime", "closed_at"},
    {"Duration", "duration"},
    {"Tenant", "tenant"},
    {"Queue", "queue"},
    {"Parent", "parent"},
    {"ParentRun", "parent_run"},
    {"Chain", "chain_id"},
    {"Blocked", "blocked"},
    {"BlockedKind", "blocked_kind"},
    {"BlockedReason", "blocked_reason"},
    {"WaitingFor", "waiting_for"},
    {"CancelRequested", "cancel_requested"},
    {"Paused", "paused"},
    {"Build", "build"},
};

std::string column_of(const search::Field& field) {
    for (const Column& column : columns) {
        if (column.field == field.name) return "s." + std::string{column.name};
    }
    throw std::logic_error("the field " + std::string{field.name} + " has no column");
}

std::string_view attribute_column(SearchType type) {
    switch (type) {
        case SearchType::string:
        case SearchType::strings:
            return "text_value";
        case SearchType::boolean:
            return "boolean_value";
        case SearchType::integer:
            return "integer_value";
        case SearchType::number:
            return "number_value";
        case SearchType::timestamp:
            return "time_value";
    }
    throw std::logic_error("a search attribute of no known type");
}

/// Of one value; times travel as microseconds.
std::string_view cast_of(FieldType type) {
    switch (type) {
        case FieldType::boolean:
            return "boolean";
        case FieldType::integer:
        case FieldType::duration:
        case FieldType::timestamp:
            return "bigint";
        case FieldType::number:
            return "double precision";
        case FieldType::run:
            return "uuid";
        case FieldType::text:
        case FieldType::choice:
        case FieldType::several:
            return "text";
    }
    throw std::logic_error("a field of no known type");
}

bool is_about_activities(const BoundField& field) {
    return field.system != nullptr && field.system->type == FieldType::several;
}

}  // namespace

std::string without_comment(std::string_view sql) {
    while (sql.starts_with("--")) sql.remove_prefix(std::min(sql.find('\n') + 1, sql.size()));
    while (sql.ends_with('\n')) sql.remove_suffix(1);
    return std::string{sql};
}

std::string filled(std::string text, std::string_view name, std::string_view by) {
    const std::string place = ":" + std::string{name};
    for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at + by.size())) {
        text.replace(at, place.size(), by);
    }
    return text;
}

std::string SearchSql::parameter(const Value& value, FieldType type) {
    values_.push_back(text_of(value));
    const std::string parameter = fmt::format("${}::{}", next_++, cast_of(type));
    return type == FieldType::timestamp ? "engine.moment(" + parameter + ")" : parameter;
}

std::string SearchSql::list(const Condition& condition) {
    std::string list;
    for (const Value& value : condition.values) {
        list += (list.empty() ? "" : ", ") + parameter(value, condition.field.type());
    }
    return "(" + list + ")";
}

std::string SearchSql::comparison(const Condition& condition, const std::string& left) {
    const FieldType type = condition.field.type();
    switch (condition.op) {
        case Operator::in:
            return left + " in " + list(condition);
        case Operator::between: {
            const std::string low = parameter(condition.values.at(0), type);
            return left + " between " + low + " and " + parameter(condition.values.at(1), type);
        }
        case Operator::starts_with:
            return "starts_with(" + left + ", " + parameter(condition.values.at(0), type) + ")";
        case Operator::contains:  // not "like": what is looked for has no wildcards
            return "strpos(" + left + ", " + parameter(condition.values.at(0), type) + ") > 0";
        case Operator::is_null:
            return left + " is null";
        case Operator::equal:
        case Operator::unequal:
        case Operator::less:
        case Operator::at_most:
        case Operator::greater:
        case Operator::at_least:
            break;
    }
    return left + " " + std::string{search::to_string(condition.op)} + " " +
           parameter(condition.values.at(0), type);
}

/// Which table a status is looked for in decides whether all runs have to be read.
std::string SearchSql::status(const Condition& condition) {
    if (condition.op != Operator::equal) return comparison(condition, "s.status");
    if (condition.values.front() == Value{std::string{"running"}}) return "s.open_run is not null";
    return comparison(condition, "s.closed_status");
}

std::string SearchSql::attribute(const Condition& condition) {
    if (condition.op == Operator::is_null) {
        const std::string key = parameter(condition.field.attribute, FieldType::text);
        return "not " + filled(without_comment(sql::search_presence), "key", key);
    }
    const std::string column{attribute_column(condition.field.attribute_type)};
    std::string piece = filled(without_comment(sql::search_condition), "column", column);
    piece = filled(std::move(piece), "key", parameter(condition.field.attribute, FieldType::text));
    return filled(std::move(piece), "comparison", comparison(condition, "a." + column));
}

std::string SearchSql::activities(const Condition& condition) {
    const bool any = condition.op == Operator::is_null;
    std::string piece = filled(without_comment(sql::search_activities), "retrying",
                               condition.field.system->name == "RetryingActivity" ? "true" : "false");
    piece = filled(std::move(piece), "comparison", any ? "true" : comparison(condition, "a.type"));
    return any ? "not (" + piece + ")" : piece;
}

std::string SearchSql::positive(const Condition& condition) {
    if (condition.field.system == nullptr) return attribute(condition);
    if (is_about_activities(condition.field)) return activities(condition);
    if (condition.field.name() == "Status") return status(condition);
    const bool is_blocked = condition.field.name() == "Blocked" && condition.op == Operator::equal;
    if (is_blocked && condition.values.front() == Value{true}) return "s.blocked_run is not null";
    return comparison(condition, column_of(*condition.field.system));
}

std::string SearchSql::node(const BoundNode& given) {
    if (given.kind == BoundNode::Kind::condition) {
        const std::string holds = positive(given.condition);
        // What is not known (a time of closing, of an open run) does not hold; so its negation does.
        return given.condition.negated ? "(" + holds + ") is not true" : holds;
    }
    const char* const word = given.kind == BoundNode::Kind::all ? " and " : " or ";
    std::string joined;
    for (const BoundNode& child : given.children) joined += (joined.empty() ? "(" : word) + node(child);
    return joined + ")";
}

std::string SearchSql::condition(const search::BoundQuery& query) {
    return query.where.empty() ? "true" : node(query.where.front());
}

std::string SearchSql::value_of(const BoundField& field) {
    if (field.system != nullptr) return column_of(*field.system);
    const std::string piece =
        filled(without_comment(sql::search_value), "column", attribute_column(field.attribute_type));
    return filled(piece, "key", parameter(field.attribute, FieldType::text));
}

std::string SearchSql::order(const search::BoundQuery& query) {
    std::string order;
    for (const search::BoundOrder& by : query.order) {
        order += value_of(by.field) + (by.descending ? " desc nulls last, " : " nulls last, ");
    }
    return order + "s.run_id desc";
}

std::string SearchSql::group(const BoundField& field) {
    return value_of(field) + "::text";
}

}  // namespace durable::store
