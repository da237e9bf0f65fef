#include "api/sandbox/sandbox.hpp"

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"

namespace callflex::cli {

void define_sandbox(CLI::App& app, Session& session) {
    auto options = std::make_shared<sandbox::SandboxOptions>();
    app.add_option("--address", options->address,
                   "Address to listen on; anything but this machine shows what was sent")
        ->type_name("IP")
        ->capture_default_str();
    app.add_option("--port,-p", options->port, "Port; 0 for any free one")
        ->type_name("PORT")
        ->capture_default_str()
        ->check(CLI::Range(0, 65535));
    manual(app,
           "Speaks the wire formats of Twilio, Resend, OpenAI and VAPI until Ctrl-C, refuses what they would "
           "refuse, and "
           "keeps what was \"sent\" in memory: GET /sandbox/sent. POST /sandbox/faults makes it fail, delay, "
           "lose answers "
           "or duplicate. For development and tests only.",
           {{"callflex sandbox --port 8081", "then point TWILIO_BASE_URL at http://127.0.0.1:8081/twilio"},
            {"curl -s localhost:8081/sandbox/sent | jq .", "what was sent?"}});
    app.callback([options, &session] { session.exit_code = sandbox::run_sandbox(*options); });
}

}  // namespace callflex::cli
