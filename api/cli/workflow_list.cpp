#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/filter_query.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

constexpr std::int32_t page_size = 500;
constexpr std::int32_t search_limit_max = 10'000;

struct ListArguments {
    FilterArguments filter;
    std::int32_t limit = 50;
    bool run_ids = false;
    std::string query;
    WatchArguments watch;
};

std::vector<durable::store::ListedRun> find(Session& session, const ListArguments& arguments) {
    return session.client().search(
        {arguments.filter.name_space, arguments.query, std::min(arguments.limit, search_limit_max), {}});
}

/// Page after page, newest first, until the limit.
std::vector<durable::store::ListedRun> fetch(Session& session, const ListArguments& arguments) {
    std::vector<durable::store::ListedRun> runs;
    auto filter = arguments.filter.filter();
    while (static_cast<std::int32_t>(runs.size()) < arguments.limit) {
        filter.limit = std::min(page_size, arguments.limit - static_cast<std::int32_t>(runs.size()));
        auto page = session.client().list(filter);
        const bool last = static_cast<std::int32_t>(page.size()) < filter.limit;
        if (!page.empty()) filter.before = page.back().run;
        std::ranges::move(page, std::back_inserter(runs));
        if (last) break;
    }
    return runs;
}

void print_table(const Session& session, const std::vector<durable::store::ListedRun>& runs, bool run_ids) {
    const auto now = local_now();
    std::vector<std::string> headings{"WORKFLOW ID", "TYPE", "STATUS", "STARTED", "DURATION"};
    if (run_ids) headings.insert(headings.begin(), "RUN ID");
    Table table(headings);
    for (const auto& run : runs) {
        const auto duration = run.closed_at.value_or(now) - run.started_at;
        std::vector<Cell> row{{run.workflow.value, Color::bold},
                              {run.type},
                              {status_text(run.status, run.blocked), status_color(run.status, run.blocked)},
                              {session.moment(run.started_at, now)},
                              {durable::client::human_duration(std::max(duration, durable::Duration{})),
                               run.closed_at ? Color::plain : Color::dim}};
        if (run_ids) row.insert(row.begin(), Cell{run.run.value.to_string(), Color::dim});
        table.add(std::move(row));
    }
    table.print(session.out(), session.style());
}

int list(Session& session, const ListArguments& arguments) {
    const auto runs = arguments.query.empty() ? fetch(session, arguments) : find(session, arguments);
    if (print_rows(session, runs, [](const auto& run) { return to_json(run); })) return exit_ok;
    if (runs.empty()) {
        session.err() << "no runs match\n";
    } else {
        print_table(session, runs, arguments.run_ids);
        if (static_cast<std::int32_t>(runs.size()) == arguments.limit) {
            session.err() << session.err_style()(
                                 Color::dim, fmt::format("the newest {}; more with --limit", arguments.limit))
                          << '\n';
        }
    }
    return exit_ok;
}

}  // namespace

void define_workflow_list(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<ListArguments>();
    add_filter_arguments(app, arguments->filter);
    auto* const query = add_query_option(app, arguments->query);
    for (const char* other :
         {"--type", "--status", "--prefix", "--blocked", "--tenant", "--started-after", "--started-before"}) {
        query->excludes(app.get_option(other));
    }
    add_watch_arguments(app, arguments->watch);
    app.add_option("--limit,-l", arguments->limit, "At most so many runs")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));
    app.add_flag("--run-ids", arguments->run_ids, "Show run ids as well");
    manual(app,
           "Lists runs, newest first. A run whose code cannot go on is marked (blocked); `workflow why` "
           "tells the reason. "
           "JSON: an array of {run_id, workflow_id, type, tenant, status, blocked, started_at, closed_at}; "
           "closed_at is "
           "absent while the run is open. " +
               filter_language(),
           {{"callflex workflow list --status failed --started-after 1d", "what failed since yesterday"},
            {"callflex workflow list -q \"OrganizationId = 'org-7' and Status = 'running'\"",
             "by a search attribute, from the truth: never stale"},
            {"callflex workflow list --blocked -o jsonl | jq -r .run_id",
             "run ids of blocked runs, for a script"}});
    app.callback([arguments, &session] {
        session.exit_code =
            watched(session, arguments->watch, [&](bool&) { return list(session, *arguments); });
    });
}

}  // namespace callflex::cli
