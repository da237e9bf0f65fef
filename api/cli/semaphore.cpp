// semaphore list, describe and set-capacity.

#include <fmt/format.h>

#include "api/cli/commands.hpp"
#include "api/cli/queues.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

using durable::store::SemaphoreInfo;
using durable::store::UnitsInfo;

Color held_color(const SemaphoreInfo& semaphore) {
    return semaphore.held >= semaphore.capacity ? Color::yellow : Color::plain;
}

void print_table(const Session& session, const std::vector<SemaphoreInfo>& semaphores) {
    const auto now = local_now();
    Table table({"SEMAPHORE", "HELD", "HOLDERS", "WAITING", "OLDEST"});
    for (const SemaphoreInfo& semaphore : semaphores) {
        table.add({{semaphore.resource, Color::bold},
                   {fmt::format("{} of {}", semaphore.held, semaphore.capacity), held_color(semaphore)},
                   {std::to_string(semaphore.holders)},
                   {std::to_string(semaphore.waiting), semaphore.waiting == 0 ? Color::dim : Color::plain},
                   {semaphore.oldest_waiting ? session.moment(*semaphore.oldest_waiting, now) : ""}});
    }
    table.print(session.out(), session.style());
}

int list(Session& session) {
    std::vector<SemaphoreInfo> semaphores;
    with_queues(session, [&](QueueClient& client) { semaphores = client.semaphores(); });
    if (print_rows(session, semaphores, [](const auto& semaphore) { return to_json(semaphore); }))
        return exit_ok;
    if (semaphores.empty()) {
        session.err() << "there are no semaphores\n";
    } else {
        print_table(session, semaphores);
    }
    return exit_ok;
}

Json to_json(const QueueClient::Semaphore& semaphore) {
    Json json = cli::to_json(semaphore.info);
    json["requests"] = Json::array();
    for (const UnitsInfo& request : semaphore.requests) {
        Json one{{"workflow_id", request.workflow.value},
                 {"run_id", request.run.value.to_string()},
                 {"event", request.request.value},
                 {"units", request.units},
                 {"requested_at", durable::client::iso_time(request.requested_at)}};
        if (request.granted_at) one["granted_at"] = durable::client::iso_time(*request.granted_at);
        json["requests"].push_back(std::move(one));
    }
    return json;
}

void print(const Session& session, const QueueClient::Semaphore& semaphore) {
    const auto now = local_now();
    const auto& info = semaphore.info;
    session.out() << session.style()(Color::bold, harmless(info.resource)) << "  "
                  << fmt::format("{} of {} units held by {}, {} waiting", info.held, info.capacity,
                                 info.holders, info.waiting)
                  << '\n';
    if (semaphore.requests.empty()) return;
    Table table({"WORKFLOW", "RUN", "EVENT", "UNITS", "STATE", "SINCE"});
    for (const UnitsInfo& request : semaphore.requests) {
        const bool never = !request.granted_at && request.units > info.capacity;
        table.add({{request.workflow.value},
                   {request.run.value.to_string(), Color::dim},
                   {std::to_string(request.request.value)},
                   {std::to_string(request.units)},
                   {request.granted_at ? "holds"
                    : never            ? "wants more than there is"
                                       : "waits",
                    request.granted_at ? Color::green
                    : never            ? Color::red
                                       : Color::yellow},
                   {session.moment(request.granted_at.value_or(request.requested_at), now)}});
    }
    table.print(session.out(), session.style(), 2);
}

int describe(const Session& session, const std::string& resource) {
    with_queues(session, [&](QueueClient& client) {
        const auto found = client.semaphore(resource);
        if (!found) {
            throw CommandError(exit_not_found, "there is no semaphore " + resource,
                               "callflex semaphore list");
        }
        session.for_people() ? print(session, *found) : session.print_json(to_json(*found));
    });
    return exit_ok;
}

struct CapacityArguments {
    std::string resource;
    int capacity = 0;
    std::string reason;
};

}  // namespace

void define_semaphore_list(CLI::App& app, Session& session) {
    auto watch = std::make_shared<WatchArguments>();
    add_watch_arguments(app, *watch);
    manual(
        app,
        "Lists the semaphores that workflows share, those that somebody waits for first. JSON: [{resource, "
        "capacity, held, holders, waiting, oldest_waiting?}].",
        {{"callflex semaphore list", "what is scarce?"}});
    app.callback([watch, &session] {
        session.exit_code = watched(session, *watch, [&](bool&) { return list(session); });
    });
}

void define_semaphore_describe(CLI::App& app, Session& session) {
    auto resource = std::make_shared<std::string>();
    app.add_option("SEMAPHORE", *resource, "Its name")->required();
    auto watch = std::make_shared<WatchArguments>();
    add_watch_arguments(app, *watch);
    manual(app,
           "Shows who holds a semaphore's units and who waits for them, in the order in which they will be "
           "served "
           "(the first 100). JSON: {resource, capacity, held, holders, waiting, oldest_waiting?, requests: "
           "[{workflow_id, run_id, event, units, requested_at, granted_at?}]}.",
           {{"callflex semaphore describe vendor-lines", "who holds it?"}});
    app.callback([resource, watch, &session] {
        session.exit_code = watched(session, *watch, [&](bool&) { return describe(session, *resource); });
    });
}

void define_semaphore_set_capacity(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<CapacityArguments>();
    app.add_option("SEMAPHORE", arguments->resource, "Its name")->required();
    app.add_option("UNITS", arguments->capacity, "How many may be held at once")
        ->required()
        ->check(CLI::Range(0, 1'000'000));
    add_reason_option(app, arguments->reason);
    manual(app,
           "Sets how many units of a semaphore may be held at once; makes it if there is none. Who holds "
           "units keeps "
           "them: a lower capacity counts as they come back. 0 grants nothing more. JSON: {semaphore, "
           "\"capacity "
           "set\"}.",
           {{"callflex semaphore set-capacity vendor-lines 5 --reason 'bigger plan'", "five at once"}});
    app.callback([arguments, &session] {
        with_queues(session, [&](QueueClient& client) {
            client.set_capacity(arguments->resource, arguments->capacity, {arguments->reason, identity()});
        });
        session.exit_code = report_act(session, "semaphore", arguments->resource, "capacity set", true);
    });
}

}  // namespace callflex::cli
