#include <fmt/format.h>

#include "api/cli/commands.hpp"
#include "api/cli/queues.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/table.hpp"
#include "api/cli/watch.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

using durable::store::LimitFigures;
using durable::store::LimitInfo;

struct LimitsArguments {
    std::int32_t limit = 50;
    bool all = false;
    WatchArguments watch;
};

Json to_json(const LimitFigures& figures) {
    Json json = Json::object();
    if (figures.concurrency) json["concurrency"] = *figures.concurrency;
    if (figures.per_second) json["per_second"] = *figures.per_second;
    if (figures.burst) json["burst"] = *figures.burst;
    return json;
}

Json to_json(const LimitInfo& limit) {
    Json json{{"key", limit.key}};
    if (limit.concurrency) json["concurrency"] = *limit.concurrency;
    if (limit.per_second) {
        json["per_second"] = *limit.per_second;
        json["burst"] = limit.burst;
        json["starts_left"] = *limit.starts_left;
    }
    if (limit.set) {
        Json set = to_json(limit.set->figures);
        set["since"] = durable::client::iso_time(limit.set->since);
        set["identity"] = limit.set->identity;
        set["reason"] = limit.set->reason;
        json["set"] = std::move(set);
        json["declared"] = to_json(limit.declared);
    }
    json["running"] = limit.running;
    json["waiting"] = limit.waiting;
    json["due"] = limit.due;
    if (limit.oldest_due) json["oldest_due"] = durable::client::iso_time(*limit.oldest_due);
    json["queues"] = limit.queues;
    return json;
}

std::string running_text(const LimitInfo& limit) {
    return limit.concurrency ? fmt::format("{} of {}", limit.running, *limit.concurrency)
                             : std::to_string(limit.running);
}

std::string rate_text(const LimitInfo& limit) {
    if (!limit.per_second) return "";
    return fmt::format("{:g}/s, burst {}", *limit.per_second, limit.burst);
}

/// Who has overridden the code, and what it says.
std::string set_text(const Session& session, const LimitInfo& limit, durable::Timestamp now) {
    if (!limit.set) return "";
    const auto& declared = limit.declared;
    std::string code = declared.concurrency ? fmt::format("{} at once", *declared.concurrency) : "";
    if (declared.per_second) code += fmt::format("{}{:g}/s", code.empty() ? "" : ", ", *declared.per_second);
    return fmt::format("by {} {}: {} (code: {})", limit.set->identity, session.moment(limit.set->since, now),
                       limit.set->reason, code.empty() ? "no limit" : code);
}

void print_table(const Session& session, const std::vector<LimitInfo>& limits) {
    const auto now = local_now();
    Table table({"KEY", "RUNNING", "RATE", "WAITING", "DUE", "OLDEST DUE", "QUEUES", "SET"});
    for (const LimitInfo& limit : limits) {
        const bool full = limit.concurrency && limit.running >= *limit.concurrency;
        table.add({{limit.key, Color::bold},
                   {running_text(limit), full ? Color::yellow : Color::plain},
                   {rate_text(limit)},
                   {std::to_string(limit.waiting), limit.waiting == 0 ? Color::dim : Color::plain},
                   {std::to_string(limit.due), limit.due == 0 ? Color::dim : Color::plain},
                   {limit.oldest_due ? session.moment(*limit.oldest_due, now) : ""},
                   {limit.queues},
                   {set_text(session, limit, now), Color::yellow}});
    }
    table.print(session.out(), session.style());
}

int limits(Session& session, const LimitsArguments& arguments) {
    std::vector<LimitInfo> found;
    with_queues(session,
                [&](QueueClient& client) { found = client.limits(!arguments.all, arguments.limit); });
    if (print_rows(session, found, [](const auto& limit) { return to_json(limit); })) return exit_ok;
    if (found.empty()) {
        session.err() << (arguments.all ? "there are no limits\n" : "nothing runs or waits under a limit\n");
    } else {
        print_table(session, found);
    }
    return exit_ok;
}

}  // namespace

void define_queue_limits(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<LimitsArguments>();
    app.add_option("--limit,-n", arguments->limit, "At most so many keys")->check(CLI::Range(1, 10'000));
    app.add_flag("--all,-a", arguments->all, "Keys under which nothing runs or waits, too");
    add_watch_arguments(app, arguments->watch);
    manual(
        app,
        "Lists the keys that limit activities: how many attempts run and may run at once, at what rate they "
        "start, "
        "how many wait and since when; those that have waited longest first. \"Due\" are those that wait for "
        "nothing but the limit or a worker, not for the time of a retry. JSON: [{key, concurrency?, "
        "per_second?, "
        "burst?, starts_left?, set?: {concurrency?, per_second?, burst?, since, identity, reason}, declared? "
        "(what "
        "the code says instead), running, waiting, due, oldest_due?, queues}].",
        {{"callflex queue limits", "what is held up, and by which key?"},
         {"callflex queue limits --all -o json | jq '.[] | select(.due > 1000)'", "for a monitor"}});
    app.callback([arguments, &session] {
        session.exit_code =
            watched(session, arguments->watch, [&](bool&) { return limits(session, *arguments); });
    });
}

}  // namespace callflex::cli
