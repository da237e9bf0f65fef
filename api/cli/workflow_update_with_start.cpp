#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/start_arguments.hpp"
#include "api/cli/updates.hpp"

namespace callflex::cli {
namespace {

using durable::client::StartResult;

struct UpdateWithStartArguments {
    std::string type;
    std::string name;
    PayloadArgument input;
    PayloadArgument message;
    StartArguments start;
    UpdateArguments update;
};

int update_with_start(Session& session, const UpdateWithStartArguments& arguments) {
    check_type(session, arguments.type, arguments.start.unknown_type);
    const auto options = arguments.start.resolved(arguments.type, session);
    try {
        const auto sent = session.client().update_with_start(
            arguments.type, arguments.input.payload(), options, arguments.name, arguments.message.payload(),
            arguments.update.options());
        const bool started = sent.start.outcome == StartResult::Outcome::started;
        return print_update(session, arguments.start.id, sent.update, {{"started", started}});
    } catch (const std::invalid_argument& error) {
        throw CommandError(exit_usage, error.what());
    }
}

}  // namespace

void define_workflow_update_with_start(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<UpdateWithStartArguments>();
    app.add_option("TYPE", arguments->type, "Workflow type, if one has to be started")->required();
    app.add_option("UPDATE", arguments->name, "The update's name")->required();
    add_shared_id(app, arguments->start);
    add_payload_arguments(app, arguments->input, "The workflow's input, if it has to be started");
    app.add_option("--message,-m", arguments->message.text, "The request, as JSON")->type_name("JSON");
    add_start_arguments(app, arguments->start, Started::workflow);
    add_update_arguments(app, arguments->update);
    manual(app,
           "Sends an update to the open run that has the workflow id, or starts one that finds it waiting: "
           "both or "
           "nothing. Exit codes and JSON as of workflow update, with \"started\".",
           {{"callflex workflow update-with-start cart add_item --id cart-7 -m '{\"sku\": \"B-12\"}'",
             "whether or not the cart is open"}});
    app.callback([arguments, &session] { session.exit_code = update_with_start(session, *arguments); });
}

}  // namespace callflex::cli
