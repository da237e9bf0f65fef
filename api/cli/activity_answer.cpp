// complete, fail and heartbeat: by the token that an activity has given out, or by run and event.

#include <fmt/format.h>

#include "api/cli/activity_arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {
namespace {

using durable::client::CompletionToken;

/// TOKEN, or RUN and EVENT.
struct AnswerArguments {
    OrderArguments order;
    PayloadArgument input;
    std::string type = "FailedByOperator";
    std::string message;
    bool final = false;
    bool details = false;

    [[nodiscard]] bool by_token() const { return order.activity.event == 0; }
};

CompletionToken token_of(const AnswerArguments& arguments) {
    try {
        return CompletionToken::parse(arguments.order.activity.run.name);
    } catch (const std::invalid_argument& error) {
        throw CommandError(exit_usage, error.what(),
                           "or name a run and the event that scheduled the activity");
    }
}

void add_target(CLI::App& app, AnswerArguments& arguments) {
    ActivityArgument& activity = arguments.order.activity;
    app.add_option("ACTIVITY", activity.run.name,
                   "The token that the activity has given out; or a run id or workflow id")
        ->required();
    app.add_option("EVENT", activity.event, "With a run: number of the event that scheduled the activity")
        ->check(CLI::Range(1, 2'147'483'647));
    app.add_option("--namespace,-n", activity.run.name_space, "Namespace of the workflow id")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--reason,-r", arguments.order.reason,
                   "Why, when it is not by token: recorded with your name")
        ->type_name("TEXT");
}

int complete(const Session& session, const AnswerArguments& arguments) {
    auto client = activity_client(session);
    const auto result = arguments.input.payload();
    if (arguments.by_token())
        return report_answer(session, client.complete(token_of(arguments), result), "completed");
    const auto& activity = arguments.order.activity;
    const auto found = client.describe(activity.ref());
    if (found && found->state != "awaiting") {
        throw CommandError(exit_refused,
                           fmt::format("activity {} of {} was not handed out, it is {}", activity.event,
                                       activity.run.name, found->state),
                           "callflex activity skip, to answer for it all the same");
    }
    return report_ordered(session, activity, client.skip(activity.ref(), result, arguments.order.by()),
                          "completed");
}

int fail(const Session& session, const AnswerArguments& arguments) {
    auto client = activity_client(session);
    durable::Failure failure;
    failure.type = arguments.type;
    failure.message = arguments.message;
    failure.details = arguments.input.payload();
    failure.retryable = !arguments.final;
    if (arguments.by_token())
        return report_answer(session, client.fail(token_of(arguments), failure), "failed");
    failure.retryable = false;
    const auto& activity = arguments.order.activity;
    return report_ordered(session, activity, client.fail(activity.ref(), failure, arguments.order.by()),
                          "failed");
}

int heartbeat(const Session& session, const AnswerArguments& arguments) {
    auto client = activity_client(session);
    const auto details = arguments.input.payload();
    const auto beat =
        client.heartbeat(token_of(arguments), details.is_null() ? std::nullopt : std::optional{details});
    if (!beat.answer.good()) return report_answer(session, beat.answer, "");
    if (!session.for_people()) {
        session.print_json(
            {{"cancel_requested", beat.cancel_requested}, {"paused", beat.paused}, {"reset", beat.reset}});
        return exit_ok;
    }
    const bool asked = beat.cancel_requested || beat.reset;
    session.out() << (asked         ? "noted; the activity is asked to stop"
                      : beat.paused ? "noted; there will be no next attempt: it is paused"
                                    : "noted")
                  << '\n';
    return exit_ok;
}

}  // namespace

void define_activity_complete(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<AnswerArguments>();
    add_target(app, *arguments);
    add_payload_arguments(app, arguments->input, "The activity's result");
    manual(app,
           "Ends an activity that was handed out, with a result: by its token, or, as an operator, by run "
           "and event "
           "(recorded). Sent twice it counts once. A token whose attempt is over is refused (exit code 6). "
           "JSON by "
           "token: {accepted, repeated}; else {run_id, event, changed}.",
           {{"callflex activity complete 0198f2c4-6d1e-7c3a-9f21-5b7d0e9a4c11.7.1.9f3a5c0d11e2b844 -i "
             "'{\"approved\":true}'",
             "whoever has the token"},
            {"callflex activity complete onboarding-acme 12 -i true --reason 'called the owner'",
             "an operator"}});
    app.callback([arguments, &session] { session.exit_code = complete(session, *arguments); });
}

void define_activity_fail(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<AnswerArguments>();
    add_target(app, *arguments);
    app.add_option("--type", arguments->type, "The failure's type, as retry policies know it")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--message,-m", arguments->message, "What happened; recorded in the history")
        ->type_name("TEXT")
        ->required();
    app.add_flag("--final", arguments->final, "By token: no further attempt, whatever the retry policy says");
    add_payload_arguments(app, arguments->input, "Details of the failure");
    manual(
        app,
        "By token: says that the attempt which was handed out has failed; the retry policy decides what "
        "follows. "
        "By run and event: fails the activity for good, wherever it stands (recorded). JSON as of activity "
        "complete.",
        {{"callflex activity fail 0198f2c4-6d1e-7c3a-9f21-5b7d0e9a4c11.7.1.9f3a5c0d11e2b844 -m 'the vendor "
          "refused it'",
          "let the policy decide"},
         {"callflex activity fail onboarding-acme 12 -m 'number is gone' --reason 'ticket 12'",
          "let the workflow go on without it"}});
    app.callback([arguments, &session] { session.exit_code = fail(session, *arguments); });
}

void define_activity_heartbeat(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<AnswerArguments>();
    app.add_option("TOKEN", arguments->order.activity.run.name, "The token that the activity has given out")
        ->required();
    add_payload_arguments(app, arguments->input, "Details for the next attempt");
    manual(app,
           "Puts off the heartbeat time-out of an activity that was handed out, and tells whether it is "
           "asked to "
           "stop. JSON: {cancel_requested, paused, reset}.",
           {{"callflex activity heartbeat 0198f2c4-6d1e-7c3a-9f21-5b7d0e9a4c11.7.1.9f3a5c0d11e2b844 -i "
             "'{\"page\":7}'",
             "still at work"}});
    app.callback([arguments, &session] { session.exit_code = heartbeat(session, *arguments); });
}

}  // namespace callflex::cli
