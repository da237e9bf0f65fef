#include <fmt/format.h>

#include <algorithm>

#include "api/build_id.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/deployments.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/table.hpp"
#include "engine/deploy/groups.hpp"

namespace callflex::cli {
namespace {

namespace deploy = durable::deploy;

struct PatchesArguments {
    std::string queue = "default";
    std::string patch;
    bool all = false;
};

Json runs_json(const std::vector<deploy::PatchUse>& uses) {
    Json runs = Json::array();
    for (const auto& use : uses) {
        runs.push_back(
            {{"run_id", use.run.value.to_string()}, {"workflow_id", use.workflow.value}, {"type", use.type}});
    }
    return runs;
}

Json to_json(const deploy::PatchSummary& patch, bool certain) {
    return {{"patch", patch.patch},
            {"safe_to_deprecate", certain && patch.safe_to_deprecate()},
            {"safe_to_remove", certain && patch.safe_to_remove()},
            {"new_way", patch.marked.size()},
            {"new_way_deprecated", patch.deprecated.size()},
            {"old_way", patch.old_way.size()},
            {"runs_new_way", runs_json(patch.marked)},
            {"runs_old_way", runs_json(patch.old_way)}};
}

Cell advice(const deploy::PatchSummary& patch, bool certain) {
    if (!certain) return {"unknown: runs could not be replayed", Color::yellow};
    if (patch.safe_to_remove()) return {"safe to remove", Color::green};
    if (patch.safe_to_deprecate()) return {"safe to deprecate", Color::green};
    return {"still needed", Color::yellow};
}

void print_runs(const Session& session, const char* what, const std::vector<deploy::PatchUse>& uses) {
    for (const auto& use : uses) {
        session.out() << fmt::format("  {}  {} {} ", what, harmless(use.type), harmless(use.workflow.value))
                      << session.style()(Color::dim, use.run.value.to_string()) << '\n';
    }
}

void print_people(const Session& session, const std::vector<deploy::PatchSummary>& patches,
                  const deploy::Rehearsal& result, const PatchesArguments& arguments) {
    const bool certain = result.unreadable.empty();
    if (patches.empty()) session.err() << "no open run has met a patch\n";
    Table table({"PATCH", "NEW WAY", "NEW WAY, DEPRECATED", "OLD WAY", "ADVICE"});
    for (const auto& patch : patches) {
        table.add({{patch.patch, Color::bold},
                   {std::to_string(patch.marked.size())},
                   {std::to_string(patch.deprecated.size())},
                   {std::to_string(patch.old_way.size()), patch.old_way.empty() ? Color::dim : Color::yellow},
                   advice(patch, certain)});
    }
    if (!table.empty()) table.print(session.out(), session.style());
    if (arguments.all) {
        for (const auto& patch : patches) {
            session.out() << harmless(patch.patch) << '\n';
            print_runs(session, "old way", patch.old_way);
            print_runs(session, "new way", patch.marked);
        }
    }
    if (!certain) {
        session.err() << fmt::format(
            "{} open runs cannot be replayed by this build: `callflex deploy check` "
            "names them\n",
            result.unreadable.size());
    }
}

int patches(Session& session, const PatchesArguments& arguments) {
    deploy::RehearsalOptions options;
    options.queue = arguments.queue;
    options.build = std::string{build_id()};
    options.closed_each = 0;
    options.every_build = true;
    const auto result = rehearse_here(session, std::move(options));
    auto found = deploy::summarize(result.patches);
    if (!arguments.patch.empty())
        std::erase_if(found, [&](const auto& patch) { return patch.patch != arguments.patch; });
    const bool certain = result.unreadable.empty();
    if (!print_rows(session, found, [&](const auto& patch) { return to_json(patch, certain); }))
        print_people(session, found, result, arguments);
    return certain ? exit_ok : exit_failed;
}

}  // namespace

void define_workflow_patches(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<PatchesArguments>();
    add_queue_option(app, arguments->queue);
    app.add_option("--patch", arguments->patch, "This patch only")->type_name("ID");
    app.add_flag("--all,-a", arguments->all, "Name the runs");
    manual(
        app,
        "Says of each patch (wf.patched, wf.deprecate_patch) how many open runs go the new way and how "
        "many the old one, by replaying all of them with this program: exact, in one snapshot. \"Safe to "
        "deprecate\": no open run goes the old way, so the old code may go and patched become "
        "deprecate_patch. \"Safe to remove\": no open run needs a call at all. Runs that have not come to "
        "the place yet are in nobody's way: they will get the new code's answer. Exit code 1 if runs could "
        "not be replayed, so that nothing can be said for certain. JSON: [{patch, safe_to_deprecate, "
        "safe_to_remove, new_way, new_way_deprecated, old_way, runs_new_way: [{run_id, workflow_id, type}], "
        "runs_old_way}].",
        {{"callflex workflow patches", "which old code may go?"},
         {"callflex workflow patches --patch two-texts --all", "who still needs it?"}});
    app.callback([arguments, &session] { session.exit_code = patches(session, *arguments); });
}

}  // namespace callflex::cli
