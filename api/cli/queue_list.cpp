#include <fmt/format.h>

#include "api/cli/commands.hpp"
#include "api/cli/queues.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"

namespace callflex::cli {
namespace {

Cell count_cell(std::int64_t count) {
    return {std::to_string(count), count == 0 ? Color::dim : Color::plain};
}

void print_table(const Session& session, const std::vector<durable::store::QueueInfo>& queues) {
    const auto now = local_now();
    Table table({"QUEUE", "STATE", "RUNS DUE", "OLDEST", "LATER", "HELD", "ACTIVITIES DUE", "OLDEST",
                 "RUNNING", "STARTS/S", "CLAIMS/S", "WORKERS"});
    const auto age = [&](const auto& moment) {
        return moment ? session.moment(*moment, now) : std::string{};
    };
    for (const auto& queue : queues) {
        const bool unserved = queue.workers == 0 && queue.runs.due + queue.rows.due > 0;
        table.add({{queue.queue, Color::bold},
                   {queue.paused ? "paused" : "active", queue.paused ? Color::yellow : Color::plain},
                   count_cell(queue.runs.due),
                   {age(queue.runs.oldest_due)},
                   count_cell(queue.runs.later),
                   count_cell(queue.runs.held),
                   count_cell(queue.rows.due),
                   {age(queue.rows.oldest_due)},
                   count_cell(queue.rows.held),
                   {rate_text(queue.rates.runs_started)},
                   {rate_text(queue.rates.runs_claimed + queue.rates.rows_claimed)},
                   {std::to_string(queue.workers), unserved ? Color::red : Color::plain}});
    }
    table.print(session.out(), session.style());
}

int list(Session& session) {
    std::vector<durable::store::QueueInfo> queues;
    with_queues(session, [&](QueueClient& client) { queues = client.list(); });
    if (print_rows(session, queues, [](const auto& queue) { return to_json(queue); })) return exit_ok;
    if (queues.empty()) {
        session.err() << "no queue has work or a worker\n";
    } else {
        print_table(session, queues);
    }
    return exit_ok;
}

}  // namespace

void define_queue_list(CLI::App& app, Session& session) {
    auto watch = std::make_shared<WatchArguments>();
    add_watch_arguments(app, *watch);
    manual(app,
           "Lists the queues that have work, a live worker, or an operator's decision. \"Due\" is what waits "
           "for "
           "nothing but a worker or its turn, with the age of the oldest; \"later\" waits for its time; "
           "\"held\" and "
           "\"running\" are with workers. Rates are over the last 30 s. JSON: [{queue, paused?, runs: {due, "
           "oldest_due?, later, held}, rows: the same for activities, workers, per_second: {runs_started, "
           "runs_claimed, runs_closed, rows_claimed}}].",
           {{"callflex queue list", "is anything piling up?"},
            {"callflex queue list -o json | jq '.[] | select(.runs.due > 1000) | .queue'", "for a monitor"}});
    app.callback([watch, &session] {
        session.exit_code = watched(session, *watch, [&](bool&) { return list(session); });
    });
}

}  // namespace callflex::cli
