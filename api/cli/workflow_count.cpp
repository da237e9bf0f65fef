#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/filter_query.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"

#include "engine/search/tokens.hpp"

namespace callflex::cli {
namespace {

int count(Session& session, const FilterArguments& arguments) {
    const auto counts = session.client().count(arguments.filter());
    std::int64_t total = 0;
    for (const auto& [status, number] : counts.by_status) total += number;
    if (!session.for_people()) {
        Json json{{"total", total}};
        for (const auto& [status, number] : counts.by_status)
            json[std::string{durable::replay::to_string(status)}] = number;
        json["blocked"] = counts.blocked;
        session.print_json(json);
        return exit_ok;
    }
    Table table({"", ""});
    for (const auto& [status, number] : counts.by_status) {
        const Color color = number > 0 ? status_color(status, false) : Color::dim;
        table.add({{std::string{durable::replay::to_string(status)}, color}, {std::to_string(number)}});
    }
    if (counts.blocked > 0)
        table.add({{"  of these blocked", Color::yellow}, {std::to_string(counts.blocked)}});
    table.add({{"total", Color::bold}, {std::to_string(total), Color::bold}});
    table.print(session.out(), session.style());
    return exit_ok;
}

struct CountArguments {
    FilterArguments filter;
    std::string query;
    std::string group_by;
    WatchArguments watch;
};

/// The names of the groups, as the user has spelled them.
std::vector<std::string> group_names(const std::string& group_by) {
    std::vector<std::string> names;
    for (const auto& token : durable::search::tokens_of(group_by)) {
        if (token.kind == durable::search::Token::Kind::word) names.push_back(token.text);
    }
    return names;
}

int count_groups(Session& session, const CountArguments& arguments) {
    const auto counts =
        session.client().count_groups(arguments.filter.name_space, arguments.query, arguments.group_by);
    const auto names = group_names(arguments.group_by);
    if (!session.for_people()) {
        Json groups = Json::array();
        for (const auto& count : counts) {
            Json group{{"runs", count.runs}};
            for (std::size_t i = 0; i < names.size(); ++i) {
                if (count.group[i]) group[names[i]] = *count.group[i];
            }
            groups.push_back(std::move(group));
        }
        session.print_json(names.empty() ? groups.at(0) : groups);
        return exit_ok;
    }
    std::vector<std::string> headings{"RUNS"};
    headings.insert(headings.end(), names.begin(), names.end());
    Table table(headings);
    for (const auto& count : counts) {
        std::vector<Cell> row{{std::to_string(count.runs), Color::bold}};
        for (const auto& value : count.group) row.emplace_back(value.value_or("–"));
        table.add(std::move(row));
    }
    table.print(session.out(), session.style());
    return exit_ok;
}

}  // namespace

void define_workflow_count(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<CountArguments>();
    add_filter_arguments(app, arguments->filter);
    auto* const query = add_query_option(app, arguments->query);
    auto* const groups =
        app.add_option("--group-by,-g", arguments->group_by, "Counts of each value: Status, or Status,Type")
            ->type_name("FIELDS");
    for (const char* other :
         {"--type", "--status", "--prefix", "--blocked", "--tenant", "--started-after", "--started-before"}) {
        query->excludes(app.get_option(other));
        groups->excludes(app.get_option(other));
    }
    add_watch_arguments(app, arguments->watch);
    manual(app,
           "Counts runs by status, and the blocked ones among the running. JSON: {total, running, completed, "
           "…, blocked}; "
           "a status that no run has may be absent. With -q or --group-by: {runs}, or an array of {runs, "
           "…fields}, "
           "most first. " +
               filter_language(),
           {{"callflex workflow count", "all runs"},
            {"callflex workflow count --type call-processing --started-after 1h", "calls of the last hour"},
            {"callflex workflow count -q \"StartTime > '1d ago'\" --group-by Status,Type",
             "what became of them, by type"}});
    app.callback([arguments, &session] {
        const bool search = !arguments->query.empty() || !arguments->group_by.empty();
        session.exit_code = watched(session, arguments->watch, [&](bool&) {
            return search ? count_groups(session, *arguments) : count(session, arguments->filter);
        });
    });
}

}  // namespace callflex::cli
