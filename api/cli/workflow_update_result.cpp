#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/updates.hpp"

namespace callflex::cli {

void define_workflow_update_result(CLI::App& app, Session& session) {
    struct Arguments {
        RunArgument run;
        std::string id;
        UpdateArguments update;
    };
    auto arguments = std::make_shared<Arguments>();
    add_run_argument(app, arguments->run);
    app.add_option("UPDATE_ID", arguments->id, "The update's id")->required();
    app.add_option("--wait", arguments->update.wait,
                   "How far it has to come: admitted, accepted or completed")
        ->type_name("STAGE")
        ->capture_default_str()
        ->check(CLI::IsMember({"admitted", "accepted", "completed"}));
    app.add_option("--timeout", arguments->update.timeout, "Give up after this time: exit code 4 [never]")
        ->type_name("TIME");
    manual(app,
           "Tells what has become of an update, whoever sent it, also after the run has ended; waits for the "
           "answer if there is none yet. With --wait admitted it tells how far it is now. Exit codes and "
           "JSON as "
           "of workflow update.",
           {{"callflex workflow update-result cart-7 order-12", "wait for the answer"},
            {"callflex workflow update-result cart-7 order-12 --wait admitted -o json", "how far is it?"}});
    app.callback([arguments, &session] {
        const auto options = arguments->update.options();
        const auto info = session.client().update_result(arguments->run.ref(), arguments->id, options.wait,
                                                         options.timeout);
        session.exit_code = print_update(session, arguments->run.name, info);
    });
}

}  // namespace callflex::cli
