#include <fmt/format.h>

#include "api/build_id.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/findings.hpp"

namespace callflex::cli {
namespace {

int doctor(Session& session) {
    Findings findings;
    findings.push_back(
        {"program", Level::ok, "version", fmt::format("callflex {} build {}", version(), build_id()), {}});
    findings.push_back({"program",
                        Level::ok,
                        "workflows",
                        fmt::format("{}", fmt::join(session.workflows().names(), ", ")),
                        {}});
    examine_environment(findings, session.settings_as_found());
    try {
        examine_database(findings, session.database_url());
    } catch (const CommandError& error) {
        findings.push_back({"database", Level::problem, "address", error.what(), error.remedy()});
    }
    return print_findings(session, findings);
}

}  // namespace

void define_doctor(CLI::App& app, Session& session) {
    manual(app,
           "Looks at everything that could keep the product from working here: the program, the environment "
           "vendor by "
           "vendor (names of variables, never values), and the database: reachable, version, schema, role, "
           "connections, "
           "durability settings, clock, workers. Every warning comes with its remedy. Exit code 1 if there "
           "is a problem. "
           "JSON: {problems, warnings, findings: [{area, level, name, what, remedy?}]}.",
           {{"callflex doctor", "what is missing?"},
            {"callflex doctor -o json | jq '.findings[] | select(.level != \"ok\")'",
             "only what needs a look"}});
    app.callback([&session] { session.exit_code = doctor(session); });
}

}  // namespace callflex::cli
