#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/table.hpp"

namespace callflex::cli {
namespace {

using durable::store::Audited;

struct AuditArguments {
    std::string target;
    std::string verb;
    std::string after;
    durable::store::AuditFilter filter;
};

Json to_json(const Audited& act) {
    return {{"id", act.id},
            {"at", json_time(act.at)},
            {"identity", act.entry.identity},
            {"verb", act.entry.verb},
            {"target", act.entry.target},
            {"reason", act.entry.reason},
            {"details", cli::to_json(durable::Payload{act.entry.details})}};
}

void print_table(const Session& session, const std::vector<Audited>& acts) {
    Table table({"WHEN", "WHO", "WHAT", "TARGET", "REASON"});
    for (const Audited& act : acts) {
        table.add({{session.moment(act.at, local_now())},
                   {act.entry.identity},
                   {act.entry.verb, Color::bold},
                   {act.entry.target},
                   {act.entry.reason}});
    }
    table.print(session.out(), session.style());
}

int list(Session& session, const AuditArguments& arguments) {
    auto filter = arguments.filter;
    if (!arguments.target.empty()) filter.target = arguments.target;
    if (!arguments.verb.empty()) filter.verb = arguments.verb;
    if (!arguments.after.empty()) filter.after = parse_moment(arguments.after, local_now());
    const auto acts = session.client().audit(filter);
    if (print_rows(session, acts, [](const auto& act) { return to_json(act); })) return exit_ok;
    if (acts.empty()) {
        session.err() << "nothing of that kind is on record\n";
    } else {
        print_table(session, acts);
    }
    return exit_ok;
}

}  // namespace

void define_audit_list(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<AuditArguments>();
    app.add_option("--target,-t", arguments->target, "Acts on this workflow id, run or queue")
        ->type_name("NAME");
    app.add_option("--verb", arguments->verb, "Acts of this kind, such as 'workflow reset'")
        ->type_name("VERB");
    app.add_option("--after", arguments->after, "Acts since a moment, or of an age (2h)")->type_name("TIME");
    app.add_option("--limit,-n", arguments->filter.limit, "At most so many")->check(CLI::Range(1, 1000));
    manual(
        app,
        "Lists what operators have done to runs, activities and queues, newest first: who, when, why. JSON: "
        "[{id, at, identity, verb, target, reason, details}].",
        {{"callflex audit list --after 1d", "since yesterday"},
         {"callflex audit list --verb 'workflow reset' -o json", "all resets, for a report"}});
    app.callback([arguments, &session] { session.exit_code = list(session, *arguments); });
}

}  // namespace callflex::cli
