#include <fmt/format.h>

#include "api/cli/commands.hpp"
#include "api/cli/queues.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

using durable::store::LineInfo;
using durable::store::QueueDetails;

Json to_json(const std::vector<LineInfo>& lines) {
    Json array = Json::array();
    for (const LineInfo& line : lines) {
        Json json{{"priority", line.priority},
                  {"key", line.key},
                  {"due", line.due},
                  {"oldest_due", durable::client::iso_time(line.oldest_due)}};
        if (line.weight) json["weight"] = *line.weight;
        array.push_back(std::move(json));
    }
    return array;
}

Json to_json(const QueueDetails& details) {
    Json json = cli::to_json(details.info);
    json["run_lines"] = to_json(details.run_lines);
    json["row_lines"] = to_json(details.row_lines);
    json["weights"] = Json::object();
    for (const auto& weight : details.weights) json["weights"][weight.key] = weight.weight;
    return json;
}

std::string backlog_text(const Session& session, const durable::store::Backlog& backlog,
                         durable::Timestamp now) {
    std::string text = fmt::format("{} due", backlog.due);
    if (backlog.oldest_due) text += ", the oldest since " + session.moment(*backlog.oldest_due, now);
    return text + fmt::format(" · {} later · {} held", backlog.later, backlog.held);
}

void print_lines(const Session& session, const std::string& title, const std::vector<LineInfo>& lines,
                 durable::Timestamp now) {
    if (lines.empty()) return;
    session.out() << '\n' << session.style()(Color::bold, title) << '\n';
    Table table({"PRIORITY", "KEY", "DUE", "OLDEST", "WEIGHT"});
    for (const LineInfo& line : lines) {
        table.add({{std::to_string(line.priority)},
                   {line.key.empty() ? "(no tenant)" : line.key},
                   {std::to_string(line.due)},
                   {session.moment(line.oldest_due, now)},
                   {line.weight ? fmt::format("{:g}", *line.weight) : ""}});
    }
    table.print(session.out(), session.style(), 2);
}

void print(const Session& session, const QueueDetails& details) {
    const auto& info = details.info;
    Table facts({"", ""});
    const auto add = [&](const char* name, const std::string& value, Color color = Color::plain) {
        facts.add({{name, Color::dim}, {value, color}});
    };
    if (info.paused) {
        add("paused",
            fmt::format("by {}, {}: {}", info.paused->identity,
                        session.moment(info.paused->since, details.now), info.paused->reason),
            Color::yellow);
    }
    add("runs", backlog_text(session, info.runs, details.now));
    add("activities", backlog_text(session, info.rows, details.now));
    add("workers", std::to_string(info.workers), info.workers == 0 ? Color::red : Color::plain);
    add("a second",
        fmt::format("{:.1f} runs started · {:.1f} claimed · {:.1f} closed · {:.1f} activities claimed",
                    info.rates.runs_started, info.rates.runs_claimed, info.rates.runs_closed,
                    info.rates.rows_claimed));
    for (const auto& weight : details.weights)
        add("weight", fmt::format("{} = {:g}", weight.key, weight.weight));
    session.out() << session.style()(Color::bold, harmless(info.queue)) << '\n';
    facts.print(session.out(), session.style(), 2);
    print_lines(session, "Runs that are due", details.run_lines, details.now);
    print_lines(session, "Activities that are due", details.row_lines, details.now);
}

int describe(const Session& session, const std::string& queue) {
    with_queues(session, [&](QueueClient& client) {
        const QueueDetails details = client.describe(queue);
        session.for_people() ? print(session, details) : session.print_json(to_json(details));
    });
    return exit_ok;
}

}  // namespace

void define_queue_describe(CLI::App& app, Session& session) {
    auto queue = std::make_shared<std::string>();
    app.add_option("QUEUE", *queue, "The queue's name")->required();
    auto watch = std::make_shared<WatchArguments>();
    add_watch_arguments(app, *watch);
    manual(app,
           "Shows what waits in a queue and for how long, by priority and fairness key (activities: limit "
           "key or "
           "tenant), the longest lines first; who serves it, how fast, and what an operator has decided. "
           "JSON: as "
           "`queue list`, and run_lines, row_lines: [{priority, key, due, oldest_due, weight?}], weights.",
           {{"callflex queue describe default", "whose backlog is it?"}});
    app.callback([queue, watch, &session] {
        session.exit_code = watched(session, *watch, [&](bool&) { return describe(session, *queue); });
    });
}

}  // namespace callflex::cli
