#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/schedules.hpp"

namespace callflex::cli {
namespace {

using durable::client::ScheduleDecision;
using durable::client::ScheduleFate;

struct TriggerArguments {
    std::string id;
    std::string overlap;
};

/// For people: what became of the wish.
std::string words_for(ScheduleFate fate) {
    switch (fate) {
        case ScheduleFate::started:
            return "started";
        case ScheduleFate::existed:
            return "has been started before";
        case ScheduleFate::waits:
            return "waits for the run before it";
        case ScheduleFate::skipped:
            break;
    }
    return "skipped: a run is going on";
}

int trigger(const Session& session, const TriggerArguments& arguments) {
    ScheduleDecision decision;
    with_schedules(session, [&](ScheduleClient& client) {
        const bool own = !arguments.overlap.empty();
        decision = client.trigger(arguments.id,
                                  own ? std::optional{overlap_policy(arguments.overlap)} : std::nullopt);
    });
    const bool skipped = decision.fate == ScheduleFate::skipped;
    if (session.for_people()) {
        const auto color = decision.fate == ScheduleFate::started ? Color::green : Color::yellow;
        session.out() << session.style()(color, words_for(decision.fate)) << "  "
                      << harmless(decision.workflow.value) << '\n';
        if (skipped) session.err() << "to run it nevertheless: --overlap allow_all, or buffer_all to wait\n";
    } else {
        Json json{{"schedule_id", arguments.id},
                  {"nominal", json_time(decision.nominal)},
                  {"result", name_of(decision.fate)}};
        if (decision.run) {
            json["workflow_id"] = decision.workflow.value;
            json["run_id"] = decision.run->value.to_string();
        }
        session.print_json(json);
    }
    return skipped ? exit_refused : exit_ok;
}

}  // namespace

void define_schedule_trigger(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<TriggerArguments>();
    add_schedule_argument(app, arguments->id);
    add_overlap_option(app, arguments->overlap, "Instead of the schedule's own policy");
    manual(
        app,
        "Starts one run now, named after this moment, whether the schedule is paused or not; it spends no "
        "limited "
        "action. If a run goes on, the overlap policy decides; a trigger that it leaves out ends with exit "
        "code 6. "
        "JSON: {schedule_id, nominal, result: started | existed | waits | skipped, workflow_id?, run_id?}.",
        {{"callflex schedule trigger usage-aggregation", "run it now"},
         {"callflex schedule trigger usage-aggregation --overlap buffer_all",
          "or when the one before has ended"}});
    app.callback([arguments, &session] { session.exit_code = trigger(session, *arguments); });
}

}  // namespace callflex::cli
