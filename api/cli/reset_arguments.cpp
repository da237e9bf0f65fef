#include "api/cli/reset_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace callflex::cli {

using durable::client::ResetPoint;
using durable::client::ResetResult;

durable::client::ResetOptions ResetArguments::options() const {
    const int given = (event > 0 ? 1 : 0) + (to.empty() ? 0 : 1) + (build.empty() ? 0 : 1);
    if (given != 1) {
        throw CommandError(exit_usage, given == 0 ? "no point was given" : "more than one point was given",
                           "one of --event N, --to POINT, --build ID");
    }
    durable::client::ResetOptions options;
    options.point.event = durable::EventId{event};
    options.point.build = build;
    options.point.at = event > 0                 ? ResetPoint::At::event
                       : !build.empty()          ? ResetPoint::At::build
                       : to == "first"           ? ResetPoint::At::first_activation
                       : to == "last"            ? ResetPoint::At::last_activation
                       : to == "continue-as-new" ? ResetPoint::At::last_continue_as_new
                                                 : ResetPoint::At::before_first_mismatch;
    options.reason = reason;
    options.identity = identity();
    options.request_id = request_id;
    const auto excluded = [&](const char* what) {
        return std::ranges::count(exclude, what) + std::ranges::count(exclude, "all") > 0;
    };
    options.exclude = {excluded("signals"), excluded("cancels"), excluded("updates")};
    return options;
}

void add_reset_arguments(CLI::App& app, ResetArguments& arguments) {
    add_run_argument(app, arguments.run);
    app.add_option("--event,-e", arguments.event,
                   "After this event, rounded down to the end of an activation")
        ->type_name("N")
        ->check(CLI::Range(1, 2'000'000'000));
    app.add_option(
           "--to,-t", arguments.to,
           "first: before the code first ran. last: before its last activation. continue-as-new: before the "
           "run before this one decided to. mismatch: before the first activation that this build does not "
           "answer as recorded")
        ->type_name("POINT")
        ->check(CLI::IsMember({"first", "last", "continue-as-new", "mismatch"}));
    app.add_option("--build", arguments.build, "Before the first activation that this build recorded")
        ->type_name("ID");
    app.add_option("--reason,-r", arguments.reason, "Why; recorded in the new run's history")
        ->type_name("TEXT");
    app.add_option("--request-id", arguments.request_id, "The same request id again does nothing again")
        ->type_name("ID");
}

int report_reset(Session& session, const ResetResult& result, std::string_view done, std::int32_t asked) {
    const auto run = result.run.value.to_string();
    if (!session.for_people()) {
        Json json{{"run_id", run},
                  {"base_run_id", result.base.value.to_string()},
                  {"after", result.after.value},
                  {"resent", result.resent},
                  {"children_ended", result.children_ended},
                  {"repeated", result.repeated}};
        if (result.terminated) json["terminated_run_id"] = result.terminated->value.to_string();
        session.print_json(json);
        return exit_ok;
    }
    const auto style = session.style();
    session.out() << style(Color::green, done) << "  run " << run << " goes on after event "
                  << result.after.value << '\n';
    if (result.repeated) session.out() << "  this request had been carried out before\n";
    if (asked > 0 && asked != result.after.value) {
        session.out() << "  event " << asked << " was rounded down: an activation is repeated as a whole\n";
    }
    if (result.terminated)
        session.out() << "  run " << result.terminated->value.to_string() << " was terminated\n";
    if (result.resent > 0) session.out() << "  " << result.resent << " signals are delivered again\n";
    if (result.children_ended > 0) {
        session.out() << "  " << result.children_ended << " children from after the point were terminated\n";
    }
    return exit_ok;
}

ResetResult or_explain(const std::function<ResetResult()>& act) {
    try {
        return act();
    } catch (const durable::store::ResetRefused& refused) {
        throw CommandError(exit_refused, refused.what(), "`workflow show` lists the events");
    }
}

}  // namespace callflex::cli
