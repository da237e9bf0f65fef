#include "api/dev/dev.hpp"

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {

void define_dev(CLI::App& app, Session& session) {
    auto options = std::make_shared<DevOptions>();
    app.add_option("--data", options->data_directory, "Where the database, logs and recordings are kept")
        ->type_name("FOLDER")
        ->capture_default_str();
    app.add_flag("--ephemeral", options->ephemeral, "A fresh database, removed at the end");
    app.add_option("--ingress-port", options->ingress_port, "0 for any free one")
        ->type_name("PORT")
        ->capture_default_str()
        ->check(CLI::Range(0, 65535));
    app.add_option("--sandbox-port", options->sandbox_port, "0 for any free one")
        ->type_name("PORT")
        ->capture_default_str()
        ->check(CLI::Range(0, 65535));
    app.add_option("--workers", options->workers, "Worker processes")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 64));
    manual(app,
           "Runs the whole product on this machine until Ctrl-C: a private Postgres, migrated and filled "
           "with a demo "
           "organization; a sandbox in the vendors' place, with a page; the ingress; and workers, restarted "
           "when they "
           "die. Prints where everything is and requests to try, and leaves its environment in "
           "FOLDER/environment, to "
           "be sourced by other shells. JSON, once all is ready: {database_url, owner_database_url, "
           "ingress_url, "
           "sandbox_url, organization_id, vapi_secret, webhook_endpoint, live_url, environment, logs, "
           "processes}.",
           {{"callflex dev", "keep the data in .callflex"},
            {"callflex dev --ephemeral --ingress-port 0 --sandbox-port 0 -o json", "for a script"}});
    app.callback([options, &session] {
        options->program = session.program();
        options->json = !session.for_people();
        session.exit_code = run_dev(*options);
    });
}

}  // namespace callflex::cli
