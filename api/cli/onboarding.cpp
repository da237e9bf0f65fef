// onboarding start, state, retry, change-area-code and complete-step.

#include "activities/onboarding.hpp"

#include <fmt/format.h>

#include <memory>

#include "activities/templates/catalogue.hpp"
#include "activities/twilio/numbers.hpp"
#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/messages.hpp"
#include "api/cli/organization.hpp"
#include "api/cli/table.hpp"
#include "api/cli/template_values.hpp"

namespace callflex::cli {
namespace {

struct StartArguments {
    OrganizationArgument organization;
    std::string template_slug;
    std::string area_code;
    std::string email;
    PayloadArgument variables;
    std::vector<std::string> values;
};

std::string organization_id(const Session& session, const OrganizationArgument& organization) {
    return OrganizationWork{session, organization}.id();
}

RunArgument run_of(const std::string& organization) {
    RunArgument run;
    run.name = "onboarding-" + organization;
    run.is_workflow_id = true;
    return run;
}

void check_area_code(const std::string& code) {
    if (!twilio::is_area_code(code))
        throw CommandError(exit_usage, "an area code has three digits", "such as 415");
}

OnboardingRequest request_of(const Session& session, const StartArguments& arguments) {
    check_area_code(arguments.area_code);
    OrganizationWork work{session, arguments.organization};
    const auto source = templates::find_template(work.tx(), arguments.template_slug);
    if (!source) {
        throw CommandError(exit_not_found, "there is no template " + cut(arguments.template_slug, 60),
                           "callflex template list shows what there is");
    }
    durable::Payload variables = arguments.variables.payload();
    if (variables.is_null()) variables = durable::parse_payload(template_values(*source, arguments.values));
    return {.organization_id = work.id(),
            .template_slug = arguments.template_slug,
            .variables = std::move(variables),
            .area_code = arguments.area_code,
            .contact_email = arguments.email};
}

int start(Session& session, const StartArguments& arguments) {
    const OnboardingRequest request = request_of(session, arguments);
    durable::client::StartOptions options;
    options.workflow.value = run_of(request.organization_id).name;
    options.tenant.value = request.organization_id;
    const auto started = session.client().start(onboarding, request, options);
    const std::string run = started.run.value.to_string();
    if (started.outcome != durable::client::StartResult::Outcome::started) {
        throw CommandError(exit_refused, "the organization is being set up already, run " + run,
                           "callflex onboarding state shows how far it is");
    }
    if (!session.for_people()) {
        session.print_json({{"workflow_id", options.workflow.value}, {"run_id", run}, {"started", true}});
        return exit_ok;
    }
    const auto style = session.style();
    session.out() << style(Color::green, "started ") << style(Color::bold, options.workflow.value) << "  run "
                  << run << '\n';
    return exit_ok;
}

OnboardingState state_of(Session& session, const OrganizationArgument& organization) {
    const auto run = run_of(organization_id(session, organization));
    const auto state = session.client().published(run.ref(), onboarding_state);
    if (!state) {
        throw CommandError(exit_not_found, "the organization has not been set up by this workflow",
                           "callflex onboarding start begins it");
    }
    return *state;
}

std::string joined(const std::vector<OnboardingStep>& steps) {
    std::string text;
    for (const OnboardingStep step : steps) text += (text.empty() ? "" : ", ") + std::string{name(step)};
    return text;
}

void print_problem(const Session& session, const OnboardingProblem& problem) {
    const auto style = session.style();
    session.out() << style(Color::red, "failed     ") << name(problem.step) << ": " << harmless(problem.type)
                  << ": " << harmless(problem.message) << '\n';
    if (problem.outcome_unknown)
        session.out() << "           it may have happened: a retry looks before it does anything\n";
    session.out() << "           waits for retry, change-area-code or complete-step; taken back "
                  << session.moment(problem.waits_until, local_now()) << '\n';
}

int show_state(Session& session, const OrganizationArgument& organization) {
    const OnboardingState state = state_of(session, organization);
    if (!session.for_people()) {
        session.print_json(Json::parse(durable::encode(state).json));
        return exit_ok;
    }
    const auto style = session.style();
    session.out() << "step       " << style(Color::bold, std::string{name(state.step)}) << '\n'
                  << "done       " << joined(state.completed) << '\n'
                  << "area code  " << harmless(state.area_code) << '\n'
                  << "assistant  " << harmless(state.vapi_assistant_id) << '\n'
                  << "number     " << harmless(state.number) << '\n'
                  << "customer   " << harmless(state.customer_id) << '\n';
    if (state.error) print_problem(session, *state.error);
    for (const std::string& text : state.notices) session.out() << "notice     " << harmless(text) << '\n';
    return exit_ok;
}

int send(Session& session, const OrganizationArgument& organization, std::string_view signal,
         const durable::Payload& message) {
    const RunArgument run = run_of(organization_id(session, organization));
    const auto result = session.client().signal(run.ref(), std::string{signal}, message, "");
    return report_sent(session, run, result, "signalled");
}

durable::Payload text(const std::string& value) {
    return durable::encode(value);
}

struct SignalArguments {
    OrganizationArgument organization;
    std::string value;
};

}  // namespace

void define_onboarding_start(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<StartArguments>();
    add_organization_argument(app, arguments->organization);
    app.add_option("--template,-t", arguments->template_slug, "What the assistant is made from")
        ->type_name("SLUG")
        ->required();
    app.add_option("--area-code", arguments->area_code, "Where the number shall be")
        ->type_name("CODE")
        ->required();
    app.add_option("--email", arguments->email, "Whom to write to [the organization's first owner]")
        ->type_name("ADDRESS");
    app.add_option("--set", arguments->values, "A variable of the template, as name=value; repeatable")
        ->type_name("NAME=VALUE");
    add_payload_arguments(app, arguments->variables, "All variables at once, as a JSON object");
    manual(app,
           "Sets a business up: assistant, telephone number, Stripe customer, welcome mail. One run an "
           "organization; a "
           "step that fails waits seven days for help. JSON: {workflow_id, run_id, started}.",
           {{"callflex onboarding start --organization acme -t general-receptionist --area-code 415 --set "
             "businessName=Acme",
             "variables one by one"},
            {"callflex onboarding start --organization acme -t legal-intake --area-code 415 --input-file "
             "acme.json",
             "variables from a file"}});
    app.callback([arguments, &session] { session.exit_code = start(session, *arguments); });
}

void define_onboarding_state(CLI::App& app, Session& session) {
    auto organization = std::make_shared<OrganizationArgument>();
    add_organization_argument(app, *organization);
    manual(
        app,
        "Shows how far setting up a business is, and what a failed step waits for. JSON: {step, completed, "
        "area_code, "
        "assistant_id, vapi_assistant_id, phone_number_id, number, customer_id, error, notices}.",
        {{"callflex onboarding state --organization acme", "what is it waiting for?"}});
    app.callback([organization, &session] { session.exit_code = show_state(session, *organization); });
}

void define_onboarding_retry(CLI::App& app, Session& session) {
    auto organization = std::make_shared<OrganizationArgument>();
    add_organization_argument(app, *organization);
    manual(app,
           "Tries the failed step again. What it had made at a vendor is looked for first. JSON: {run, "
           "delivered, "
           "duplicate}.",
           {{"callflex onboarding retry --organization acme", "after the cause is mended"}});
    app.callback(
        [organization, &session] { session.exit_code = send(session, *organization, retry_step.name, {}); });
}

void define_onboarding_change_area_code(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<SignalArguments>();
    add_organization_argument(app, arguments->organization);
    app.add_option("CODE", arguments->value, "Three digits")->required();
    manual(
        app,
        "Looks for a number elsewhere, as long as none has been bought. JSON: {run, delivered, duplicate}.",
        {{"callflex onboarding change-area-code 628 --organization acme", "nothing was to be had in 415"}});
    app.callback([arguments, &session] {
        check_area_code(arguments->value);
        session.exit_code =
            send(session, arguments->organization, change_area_code.name, text(arguments->value));
    });
}

void define_onboarding_complete_step(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<SignalArguments>();
    add_organization_argument(app, arguments->organization);
    app.add_option("STEP", arguments->value, "The step that counts as done")
        ->required()
        ->check(CLI::IsMember({"setting_up_billing", "sending_welcome", "ready_for_testing"}));
    manual(app,
           "Says that the test call was made (ready_for_testing), or that a failed step was done by hand. "
           "JSON: {run, "
           "delivered, duplicate}.",
           {{"callflex onboarding complete-step ready_for_testing --organization acme",
             "the test call was made"}});
    app.callback([arguments, &session] {
        session.exit_code =
            send(session, arguments->organization, complete_step.name, text(arguments->value));
    });
}

}  // namespace callflex::cli
