#include "engine/store/search.hpp"

#include <stdexcept>

#include "engine/store/database_time.hpp"
#include "engine/store/field_values.hpp"
#include "engine/store/search_sql.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine/workflow/codec.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr std::int32_t page_max = 10'000;
constexpr std::string_view after_every_run = "ffffffff-ffff-ffff-ffff-ffffffffffff";

SearchType type_of(const pqxx::field& field) {
    return decode<SearchType>(encode(field.as<std::string>()));
}

ListedRun listed(const pqxx::row& row) {
    const auto status = replay::run_status(row["status"].c_str());
    if (!status) throw std::runtime_error("the database has a run of an unknown status");
    std::optional<Timestamp> closed_at;
    if (!row["closed_at"].is_null()) closed_at = moment(row["closed_at"]);
    return {RunId{uuid_of(row["run_id"].c_str())},
            WorkflowId{row["workflow_id"].as<std::string>()},
            row["type"].as<std::string>(),
            Tenant{row["tenant"].as<std::string>()},
            *status,
            row["blocked"].as<bool>(),
            moment(row["started_at"]),
            closed_at};
}

/// One element; a list has several rows of one key.
Payload value_of(const pqxx::row& row) {
    if (!row["text_value"].is_null()) return encode(row["text_value"].as<std::string>());
    if (!row["integer_value"].is_null()) return encode(row["integer_value"].as<std::int64_t>());
    if (!row["number_value"].is_null()) return encode(row["number_value"].as<double>());
    if (!row["time_value"].is_null()) return encode(row["time_value"].as<std::int64_t>());
    return encode(row["boolean_value"].as<bool>());
}

}  // namespace

SearchWorld search_world(pqxx::transaction_base& tx) {
    SearchWorld world;
    for (const auto& row : tx.exec(std::string{sql::search_keys})) {
        world.catalog.emplace(row[0].as<std::string>(), type_of(row[1]));
    }
    world.now = database_time(tx);
    return world;
}

SearchStatement search_statement(const SearchRequest& request, const SearchWorld& world) {
    if (request.limit < 1 || request.limit > page_max)
        throw std::invalid_argument("a page has 1 to 10000 runs");
    const search::Query query = search::parse(request.filter);
    if (request.before && !query.order.empty()) throw std::invalid_argument("pages have no order by");
    const search::BoundQuery bound = search::bind(query, world.catalog, world.now);

    constexpr int first_value = 4;
    SearchSql made{first_value};
    SearchStatement statement;
    statement.text = filled(without_comment(sql::search_runs), "condition", made.condition(bound));
    statement.text = filled(std::move(statement.text), "order", made.order(bound));
    statement.parameters = {
        request.name_space, std::to_string(request.limit),
        request.before ? request.before->value.to_string() : std::string{after_every_run}};
    statement.parameters.insert(statement.parameters.end(), made.values().begin(), made.values().end());
    return statement;
}

std::vector<ListedRun> search(pqxx::transaction_base& tx, const SearchRequest& request) {
    static_cast<void>(search::parse(request.filter));  // before the database is asked for anything
    const SearchStatement statement = search_statement(request, search_world(tx));
    const auto parameters = pqxx::prepare::make_dynamic_params(statement.parameters);
    std::vector<ListedRun> runs;
    for (const auto& row : tx.exec_params(statement.text, parameters)) runs.push_back(listed(row));
    return runs;
}

std::vector<GroupCount> count_groups(pqxx::transaction_base& tx, const std::string& name_space,
                                     const std::string& filter, const std::string& group_by) {
    const search::Query query = search::parse(filter);
    const SearchWorld world = search_world(tx);
    const search::BoundQuery bound = search::bind(query, world.catalog, world.now);
    if (!query.order.empty()) {
        throw search::QueryError(filter, query.order.front().at, "counts have no order of their own");
    }
    constexpr int first_value = 2;
    SearchSql made{first_value};
    const std::string condition = made.condition(bound);
    const auto groups =
        group_by.empty() ? std::vector<search::BoundField>{} : search::bind_groups(group_by, world.catalog);
    std::string columns;
    std::string places;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        columns += ", " + made.group(groups[i]);
        places += ", " + std::to_string(i + 2);
    }
    std::string statement = filled(without_comment(sql::search_counts), "condition", condition);
    statement = filled(std::move(statement), "groups", columns);
    statement = filled(std::move(statement), "grouping", places.empty() ? "" : "group by" + places.substr(1));
    statement = filled(std::move(statement), "places", places);
    std::vector<std::string> parameters{name_space};
    parameters.insert(parameters.end(), made.values().begin(), made.values().end());

    std::vector<GroupCount> counts;
    for (const auto& row : tx.exec_params(statement, pqxx::prepare::make_dynamic_params(parameters))) {
        GroupCount count{{}, row[0].as<std::int64_t>()};
        for (int i = 1; i < static_cast<int>(row.size()); ++i) {
            count.group.push_back(row[i].is_null() ? std::nullopt : std::optional{row[i].as<std::string>()});
        }
        counts.push_back(std::move(count));
    }
    return counts;
}

void attributes_as_in_history(pqxx::transaction_base& tx, RunId run) {
    std::vector<SearchAttribute> attributes;
    for (const HistoryRow& row : load_history(tx, run)) {
        const auto activation = history::decode_activation(row.first_event, row.bytes);
        for (const history::Event& event : activation.arrived) {
            if (const auto* started = std::get_if<history::WorkflowStarted>(&event))
                attributes = started->attributes;
        }
        for (const history::Event& event : activation.commands) {
            const auto* set = std::get_if<history::SearchAttributeSet>(&event);
            if (set != nullptr) put_attribute(attributes, {set->key, set->type, set->value});
        }
    }
    if (attributes.empty()) return;
    TextArray runs;
    TextArray lists;
    runs.add(run.value);
    lists.add(history::encode_attributes(attributes));
    tx.exec_params(std::string{sql::put_attributes}, runs.literal(), lists.literal());
}

std::vector<SearchAttribute> attributes_of(pqxx::transaction_base& tx, RunId run) {
    std::vector<SearchAttribute> attributes;
    std::vector<std::string> list;
    for (const auto& row : tx.exec_params(std::string{sql::attributes_of_run}, run.value.to_string())) {
        const auto key = row["key"].as<std::string>();
        const SearchType type = type_of(row["type"]);
        if (attributes.empty() || attributes.back().key != key) {
            list.clear();
            attributes.push_back({key, type, {}});
        }
        if (type == SearchType::strings) {
            list.push_back(row["text_value"].as<std::string>());
            attributes.back().value = {encode(list)};
        } else {
            attributes.back().value = {value_of(row)};
        }
    }
    return attributes;
}

}  // namespace durable::store
