#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/updates.hpp"

namespace callflex::cli {
namespace {

struct SendArguments {
    RunArgument run;
    std::string name;
    PayloadArgument input;
    UpdateArguments update;
};

int update(Session& session, const SendArguments& arguments) {
    try {
        const auto info = session.client().update(arguments.run.ref(), arguments.name,
                                                  arguments.input.payload(), arguments.update.options());
        return print_update(session, arguments.run.name, info);
    } catch (const std::invalid_argument& error) {
        throw CommandError(exit_usage, error.what());
    }
}

}  // namespace

void define_workflow_update(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<SendArguments>();
    add_run_argument(app, arguments->run);
    app.add_option("UPDATE", arguments->name, "The update's name")->required();
    add_payload_arguments(app, arguments->input, "The request");
    add_update_arguments(app, arguments->update);
    manual(app,
           "Sends a request that the run's code checks, takes on and answers, and waits for the answer, "
           "which is "
           "printed as JSON. Admitted, it survives every crash; rejected, it leaves no trace in the history. "
           "What "
           "the run rejects, or does not answer because it ends, is exit code 6; a handler that failed is 1. "
           "JSON: "
           "{run, run_id, update, update_id, stage, result | failure}.",
           {{"callflex workflow update cart-7 add_item -i '{\"sku\": \"B-12\"}'", "wait for the answer"},
            {"callflex workflow update cart-7 add_item -i '1' --update-id order-12 --wait accepted",
             "only until the run has taken it on, once however often it is sent"}});
    app.callback([arguments, &session] { session.exit_code = update(session, *arguments); });
}

}  // namespace callflex::cli
