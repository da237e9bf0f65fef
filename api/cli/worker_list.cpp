// worker list and describe.

#include <fmt/format.h>

#include <algorithm>

#include "api/cli/commands.hpp"
#include "api/cli/queues.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"

namespace callflex::cli {
namespace {

using durable::store::LiveWorker;

std::string used_text(int used, int most) {
    return fmt::format("{} of {}", used, most);
}

Color used_color(int used, int most) {
    return used >= most ? Color::yellow : Color::plain;
}

void print_table(const Session& session, const std::vector<LiveWorker>& workers) {
    const auto now = local_now();
    Table table({"WORKER", "NAME", "QUEUE", "BUILD", "RUNS HELD", "ASYNC", "TRANSACTIONAL", "CLAIMS/S",
                 "LAST CLAIM", "SINCE"});
    for (const LiveWorker& worker : workers) {
        const LiveWorker::State state = worker.state.value_or(LiveWorker::State{});
        table.add({{std::to_string(worker.number.value), Color::bold},
                   {worker.name},
                   {worker.queue},
                   {worker.build},
                   {used_text(state.runs_held, state.runs_max), used_color(state.runs_held, state.runs_max)},
                   {used_text(state.async_used, state.async_slots),
                    used_color(state.async_used, state.async_slots)},
                   {used_text(state.transactional_used, state.transactional_slots),
                    used_color(state.transactional_used, state.transactional_slots)},
                   {rate_text(state.runs_claimed_per_second + state.rows_claimed_per_second)},
                   {state.last_claim_at ? session.moment(*state.last_claim_at, now) : ""},
                   {session.moment(worker.started_at, now)}});
    }
    table.print(session.out(), session.style());
}

int list(Session& session) {
    const auto workers = session.client().live_workers();
    if (print_rows(session, workers, [](const auto& worker) { return to_json(worker); })) return exit_ok;
    if (workers.empty()) {
        session.err() << "no worker has a live lease\n";
    } else {
        print_table(session, workers);
    }
    return exit_ok;
}

void print(const Session& session, const LiveWorker& worker) {
    const auto now = local_now();
    Table facts({"", ""});
    const auto add = [&](const char* name, const std::string& value, Color color = Color::plain) {
        facts.add({{name, Color::dim}, {value, color}});
    };
    add("name", worker.name);
    add("queue", worker.queue);
    add("build", worker.build);
    add("started", session.moment(worker.started_at, now));
    add("lease until", session.moment(worker.lease_until, now));
    if (!worker.state) {
        add("state", "it has said nothing yet");
    } else {
        const auto& state = *worker.state;
        add("runs held", used_text(state.runs_held, state.runs_max),
            used_color(state.runs_held, state.runs_max));
        add("async slots", used_text(state.async_used, state.async_slots),
            used_color(state.async_used, state.async_slots));
        add("transactional slots", used_text(state.transactional_used, state.transactional_slots),
            used_color(state.transactional_used, state.transactional_slots));
        add("last claim", state.last_claim_at ? session.moment(*state.last_claim_at, now) : "none yet");
        add("a second", fmt::format("{:.1f} runs claimed · {:.1f} closed · {:.1f} activities claimed",
                                    state.runs_claimed_per_second, state.runs_closed_per_second,
                                    state.rows_claimed_per_second));
    }
    session.out() << session.style()(Color::bold, fmt::format("worker {}", worker.number.value)) << '\n';
    facts.print(session.out(), session.style(), 2);
}

int describe(Session& session, std::int32_t number) {
    const auto workers = session.client().live_workers();
    const auto found = std::ranges::find(workers, durable::store::WorkerNo{number}, &LiveWorker::number);
    if (found == workers.end()) {
        throw CommandError(exit_not_found, fmt::format("no worker {} has a live lease", number),
                           "callflex worker list");
    }
    session.for_people() ? print(session, *found) : session.print_json(to_json(*found));
    return exit_ok;
}

}  // namespace

void define_worker_list(CLI::App& app, Session& session) {
    auto watch = std::make_shared<WatchArguments>();
    add_watch_arguments(app, *watch);
    manual(
        app,
        "Lists the workers with a live lease: what they serve, how much of their room is used, how fast they "
        "claim (runs and activities, over the last 30 s) and when they last found something. As of their "
        "last "
        "sign of life, which is a few seconds old. JSON: [{number, name, build, queue, started_at, "
        "lease_until, "
        "runs?: {held, most}, async_slots?: {used, most}, transactional_slots?, last_claim_at?, "
        "per_second?}].",
        {{"callflex worker list", "who works, and who is full?"}});
    app.callback([watch, &session] {
        session.exit_code = watched(session, *watch, [&](bool&) { return list(session); });
    });
}

void define_worker_describe(CLI::App& app, Session& session) {
    auto number = std::make_shared<std::int32_t>(0);
    app.add_option("WORKER", *number, "The worker's number")->required();
    auto watch = std::make_shared<WatchArguments>();
    add_watch_arguments(app, *watch);
    manual(app, "Shows one worker with a live lease. JSON: as one of `worker list`.",
           {{"callflex worker describe 17", "what is it doing?"}});
    app.callback([number, watch, &session] {
        session.exit_code = watched(session, *watch, [&](bool&) { return describe(session, *number); });
    });
}

}  // namespace callflex::cli
