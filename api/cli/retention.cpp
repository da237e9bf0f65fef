// retention list, set and remove: how long closed runs are kept.

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/table.hpp"
#include "api/cli/upkeep.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {
namespace {

using durable::store::RetentionPolicy;

struct PolicyArguments {
    RetentionPolicy policy;
    std::string keep;
    std::string reason;
};

std::string or_any(const std::string& name) {
    return name.empty() ? "any" : name;
}

Json to_json(const RetentionPolicy& policy) {
    return {{"type", policy.type},
            {"status", policy.status},
            {"keep", durable::client::human_duration(policy.keep)},
            {"export", policy.export_first},
            {"changed_at", json_time(policy.changed_at)}};
}

int list(const Session& session) {
    const auto policies = upkeep_client(session).retention();
    if (print_rows(session, policies, [](const auto& policy) { return to_json(policy); })) return exit_ok;
    if (policies.empty()) {
        session.err() << "no policies: closed runs are kept for ever\n";
    } else {
        Table table({"TYPE", "OUTCOME", "KEPT FOR", "EXPORTED FIRST", "CHANGED"});
        for (const auto& policy : policies) {
            table.add({{or_any(policy.type), Color::bold},
                       {or_any(policy.status)},
                       {durable::client::human_duration(policy.keep)},
                       {policy.export_first ? "yes" : "no"},
                       {session.moment(policy.changed_at, local_now())}});
        }
        table.print(session.out(), session.style());
    }
    return exit_ok;
}

void add_kind(CLI::App& app, RetentionPolicy& policy) {
    app.add_option("--type", policy.type, "Of this workflow type; without: of any")->type_name("TYPE");
    app.add_option("--status", policy.status, "That ended so; without: in any way")->type_name("STATUS");
}

}  // namespace

void define_retention_list(CLI::App& app, Session& session) {
    manual(app,
           "Lists how long closed runs are kept. The most special policy decides: type and outcome, type, "
           "outcome, "
           "neither; without any a run is kept for ever. Open runs, and what a chain that goes on has behind "
           "it, are "
           "never removed. JSON: an array of {type, status, keep, export, changed_at}.",
           {{"callflex retention list", "all policies"}});
    app.callback([&session] { session.exit_code = list(session); });
}

void define_retention_set(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<PolicyArguments>();
    app.add_option("--keep", arguments->keep, "How long after its end: 90d, 12h")
        ->type_name("DURATION")
        ->required();
    add_kind(app, arguments->policy);
    app.add_flag(
        "--export", arguments->policy.export_first,
        "Only after its history is where the workers export to (CALLFLEX_EXPORT_FOLDER, CALLFLEX_EXPORT_S3)");
    add_reason(app, arguments->reason);
    manual(app,
           "Decides how long closed runs are kept, by type and outcome. Workers remove what is over every 10 "
           "min. "
           "With --export a run's history is written to <year>/<month>/<run>.jsonl.zst first, in a folder or "
           "an S3 bucket; "
           "`callflex "
           "replay` takes it. JSON: the policy.",
           {{"callflex retention set --keep 90d --reason 'policy'", "everything"},
            {"callflex retention set --keep 400d --status failed --export --reason 'evidence'",
             "failed runs longer, and exported"}});
    app.callback([arguments, &session] {
        arguments->policy.keep = parse_duration(arguments->keep);
        auto client = upkeep_client(session);
        client.set_retention(arguments->policy, {identity(), arguments->reason});
        session.exit_code = list(session);
    });
}

void define_retention_remove(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<PolicyArguments>();
    add_kind(app, arguments->policy);
    add_reason(app, arguments->reason);
    manual(app, "Removes a policy; the next less special one decides, or the run is kept for ever.",
           {{"callflex retention remove --status failed --reason 'as all others'",
             "the policy of failed runs"}});
    app.callback([arguments, &session] {
        auto client = upkeep_client(session);
        const RetentionPolicy& policy = arguments->policy;
        if (!client.remove_retention(policy.type, policy.status, {identity(), arguments->reason})) {
            throw CommandError(exit_not_found,
                               "there is no policy for type " + or_any(policy.type) + " and outcome " +
                                   or_any(policy.status),
                               "callflex retention list");
        }
        session.exit_code = list(session);
    });
}

}  // namespace callflex::cli
