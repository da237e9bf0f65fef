#include <fmt/format.h>

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/updates.hpp"

namespace callflex::cli {
namespace {

using durable::client::StartResult;

struct UpdateWithStartArguments {
    std::string type;
    std::string name;
    PayloadArgument input;
    PayloadArgument message;
    durable::client::StartOptions options;
    UpdateArguments update;
    bool unknown_type = false;
};

void must_be_known(Session& session, const UpdateWithStartArguments& arguments) {
    if (arguments.unknown_type || session.workflows().knows(arguments.type)) return;
    throw CommandError(exit_usage,
                       fmt::format("this build has no workflow type \"{}\"; it has: {}", arguments.type,
                                   fmt::join(session.workflows().names(), ", ")),
                       "one of these, or --unknown-type if another build's workers know it");
}

int update_with_start(Session& session, const UpdateWithStartArguments& arguments) {
    must_be_known(session, arguments);
    try {
        const auto sent = session.client().update_with_start(
            arguments.type, arguments.input.payload(), arguments.options, arguments.name,
            arguments.message.payload(), arguments.update.options());
        const bool started = sent.start.outcome == StartResult::Outcome::started;
        return print_update(session, arguments.options.workflow.value, sent.update, {{"started", started}});
    } catch (const std::invalid_argument& error) {
        throw CommandError(exit_usage, error.what());
    }
}

}  // namespace

void define_workflow_update_with_start(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<UpdateWithStartArguments>();
    app.add_option("TYPE", arguments->type, "Workflow type, if one has to be started")->required();
    app.add_option("UPDATE", arguments->name, "The update's name")->required();
    app.add_option("--id,-w", arguments->options.workflow.value, "Workflow id")->type_name("ID")->required();
    add_payload_arguments(app, arguments->input, "The workflow's input, if it has to be started");
    app.add_option("--message,-m", arguments->message.text, "The request, as JSON")->type_name("JSON");
    app.add_option("--namespace,-n", arguments->options.name_space, "Namespace")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--tenant", arguments->options.tenant.value,
                   "Whose data it is (the product: organization id)")
        ->type_name("ID");
    app.add_option("--queue,-q", arguments->options.queue, "Queue of the workers that run it")
        ->type_name("NAME")
        ->capture_default_str();
    add_update_arguments(app, arguments->update);
    app.add_flag("--unknown-type", arguments->unknown_type,
                 "Start it even though this build does not know the type");
    manual(app,
           "Sends an update to the open run that has the workflow id, or starts one that finds it waiting: "
           "both or "
           "nothing. Exit codes and JSON as of workflow update, with \"started\".",
           {{"callflex workflow update-with-start cart add_item --id cart-7 -m '{\"sku\": \"B-12\"}'",
             "whether or not the cart is open"}});
    app.callback([arguments, &session] { session.exit_code = update_with_start(session, *arguments); });
}

}  // namespace callflex::cli
