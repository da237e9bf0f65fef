#include <fmt/format.h>

#include <fstream>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/upkeep.hpp"

namespace callflex::cli {
namespace {

struct ExportArguments {
    RunArgument run;
    std::string file;
};

int export_run(Session& session, const ExportArguments& arguments) {
    const auto run = session.client().resolve(arguments.run.ref());
    const auto bytes = run ? upkeep_client(session).archive(*run) : std::nullopt;
    if (!bytes) throw durable::client::NotFound("there is no run or workflow " + arguments.run.name);
    const std::string file = arguments.file.empty() ? run->value.to_string() + ".jsonl.zst" : arguments.file;
    if (file == "-") {
        session.out() << *bytes << std::flush;
        return exit_ok;
    }
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << *bytes << std::flush;
    if (!out) throw CommandError(exit_failed, "cannot write " + file, "check the folder and its rights");
    if (!session.for_people()) {
        session.print_json({{"run_id", run->value.to_string()}, {"file", file}, {"bytes", bytes->size()}});
    } else {
        session.out() << session.style()(Color::green, "exported ")
                      << harmless(fmt::format("{} ({} bytes)\n", file, bytes->size()));
    }
    return exit_ok;
}

}  // namespace

void define_workflow_export(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<ExportArguments>();
    add_run_argument(app, arguments->run);
    app.add_option("--file", arguments->file, "Where to; - is standard output. Default: <run id>.jsonl.zst")
        ->type_name("FILE");
    manual(app,
           "Writes a run's history as it is stored, with its large payloads, as zstd-compressed lines of "
           "JSON: facts, "
           "activations, payloads. Encrypted payloads stay encrypted, so an erasure holds for exports too. "
           "`callflex "
           "replay` takes the file. JSON: {run_id, file, bytes}.",
           {{"callflex workflow export call-processing-7 && callflex replay *.jsonl.zst",
             "take it out, replay it"},
            {"callflex workflow export call-processing-7 --file - | zstd -dc | head -1", "its facts"}});
    app.callback([arguments, &session] { session.exit_code = export_run(session, *arguments); });
}

}  // namespace callflex::cli
