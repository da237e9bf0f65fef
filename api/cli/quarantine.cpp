// quarantine begin, status, list and end: what is done with a database that was restored to an earlier moment.

#include "engine/client/quarantine.hpp"

#include "api/cli/activity_arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/queues.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/table.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

using durable::client::QuarantineClient;
using durable::store::DoubtfulActivity;
using durable::store::Quarantine;

QuarantineClient quarantine_client(const Session& session) {
    return QuarantineClient{{.connection_string = session.database_url(),
                             .notifications = false,
                             .connections_max = 1,
                             .patience = std::chrono::milliseconds{2000}}};
}

struct BeginArguments {
    std::string reason;
    std::string restored_to;
};

int begin_it(Session& session, const BeginArguments& arguments) {
    QuarantineClient client = quarantine_client(session);
    std::optional<durable::Timestamp> moment;
    if (!arguments.restored_to.empty()) moment = parse_moment(arguments.restored_to, local_now());
    const bool began = client.begin(moment, {arguments.reason, identity()});
    const auto workers = client.workers();
    const auto now = *client.last();
    if (!session.for_people()) {
        session.print_json(
            {{"began", began}, {"restored_to", json_time(now.restored_to)}, {"workers", workers.size()}});
        return exit_ok;
    }
    session.out() << session.style()(began ? Color::green : Color::yellow,
                                     began ? "in quarantine" : "was in quarantine already")
                  << "  restored to " << durable::client::iso_time(now.restored_to) << '\n';
    for (const auto& worker : workers)
        session.out() << session.style()(Color::yellow, "  still a worker ") << harmless(worker.name)
                      << ": lets go by itself, within its lease\n";
    return exit_ok;
}

Json status_json(const std::optional<Quarantine>& last) {
    Json json{{"open", last && last->open()}};
    if (!last) return json;
    json["restored_to"] = json_time(last->restored_to);
    json["began"] = {{"at", json_time(last->began_at)}, {"by", last->identity}, {"reason", last->reason}};
    if (last->ended_at)
        json["ended"] = {{"at", json_time(*last->ended_at)}, {"by", last->ended_by.value_or("")}};
    return json;
}

int show_status(Session& session) {
    const auto last = quarantine_client(session).last();
    if (!session.for_people()) {
        session.print_json(status_json(last));
        return exit_ok;
    }
    if (!last) {
        session.out() << "no quarantine, now or ever\n";
        return exit_ok;
    }
    const auto now = local_now();
    session.out() << session.style()(last->open() ? Color::red : Color::green,
                                     last->open() ? "in quarantine" : "no quarantine any more")
                  << "\n  restored to  " << durable::client::iso_time(last->restored_to)
                  << "\n  began        " << session.moment(last->began_at, now) << " by "
                  << harmless(last->identity) << ": " << harmless(last->reason) << '\n';
    if (last->ended_at)
        session.out() << "  ended        " << session.moment(*last->ended_at, now) << " by "
                      << harmless(last->ended_by.value_or("")) << '\n';
    return exit_ok;
}

const char* what_will_happen(const DoubtfulActivity& one) {
    return one.at_most_once ? "the vendor is asked first" : "goes out again, under the same key";
}

Json doubtful_json(const DoubtfulActivity& one) {
    return {{"run_id", one.run.value.to_string()}, {"event", one.activity.value},
            {"workflow_id", one.workflow.value},   {"workflow_type", one.workflow_type},
            {"tenant", one.tenant.value},          {"type", one.type},
            {"at_most_once", one.at_most_once},    {"scheduled_at", json_time(one.scheduled_at)}};
}

int list_doubtful(const Session& session, std::int32_t limit) {
    QuarantineClient client = quarantine_client(session);
    const auto found = client.doubtful(limit);
    if (print_rows(session, found, doubtful_json)) return exit_ok;
    if (found.empty()) {
        session.err() << "no open run had ordered anything that it has not heard of\n";
        return exit_ok;
    }
    Table table({"WORKFLOW ID", "EVENT", "TYPE", "SCHEDULED", "WHEN IT ENDS"});
    for (const DoubtfulActivity& one : found) {
        table.add({{one.workflow.value, Color::bold},
                   {std::to_string(one.activity.value)},
                   {one.type},
                   {session.moment(one.scheduled_at, local_now())},
                   {what_will_happen(one), one.at_most_once ? Color::plain : Color::yellow}});
    }
    table.print(session.out(), session.style());
    return exit_ok;
}

}  // namespace

void define_quarantine_begin(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<BeginArguments>();
    add_reason_option(app, arguments->reason);
    app.add_option("--restored-to", arguments->restored_to,
                   "The moment up to which the data is complete [the newest one that it tells of]")
        ->type_name("TIME");
    manual(app,
           "For a database that was restored to an earlier moment, before anything is started on it. From "
           "now on no "
           "worker can register, of whatever release, and those that are there let go within their lease: "
           "nothing is "
           "claimed, no timer fires, no schedule acts, nothing leaves. The ingress stores what comes in, and "
           "answers. "
           "Runs that are open now are in doubt for as long as they live: their at-most-once activities ask "
           "the vendor "
           "before they send anything. JSON: {began, restored_to, workers}.",
           {{"callflex quarantine begin --reason 'restored from the backup of 03:00'",
             "before the first worker"}});
    app.callback([arguments, &session] { session.exit_code = begin_it(session, *arguments); });
}

void define_quarantine_status(CLI::App& app, Session& session) {
    manual(app,
           "Shows whether the database is in quarantine, since when, and why; or the last one. JSON: {open, "
           "restored_to?, began?: {at, by, reason}, ended?: {at, by}}.",
           {{"callflex quarantine status", "does anything run?"}});
    app.callback([&session] { session.exit_code = show_status(session); });
}

void define_quarantine_list(CLI::App& app, Session& session) {
    auto limit = std::make_shared<std::int32_t>(100);
    app.add_option("--limit", *limit, "At most so many")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000));
    manual(app,
           "Lists what open runs had ordered and not heard of at the moment to which the database was "
           "restored: it may "
           "have been done since. What runs have ordered after that moment nobody here knows; every open run "
           "may have "
           "gone on (`workflow list -q \"Status = 'running'\"`). Afterwards `activity list --unknown` has "
           "what the "
           "vendors could not tell either. JSON: [{run_id, event, workflow_id, workflow_type, tenant, type, "
           "at_most_once, scheduled_at}].",
           {{"callflex quarantine list -o csv", "to compare with the vendors' own lists"}});
    app.callback([limit, &session] { session.exit_code = list_doubtful(session, *limit); });
}

void define_quarantine_end(CLI::App& app, Session& session) {
    auto reason = std::make_shared<std::string>();
    add_reason_option(app, *reason);
    manual(app,
           "Lets workers register again; those that wait do so within seconds, and everything goes on. To "
           "open queue by "
           "queue, pause them first (`queue pause`). JSON: {quarantine, ended}.",
           {{"callflex quarantine end --reason 'compared with Stripe and Twilio, ticket 51'", "go on"}});
    app.callback([reason, &session] {
        const bool ended = quarantine_client(session).end({*reason, identity()});
        session.exit_code = report_act(session, "quarantine", "database", "ended", ended);
    });
}

}  // namespace callflex::cli
