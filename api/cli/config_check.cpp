#include <fmt/format.h>

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/config/examine.hpp"

namespace callflex::cli {
namespace {

Json to_json(const config::Problem& problem) {
    return {{"place", problem.place.empty() ? "environment" : problem.place},
            {"name", problem.name},
            {"what", problem.what}};
}

int check(const Session& session) {
    const auto& settings = session.settings_as_found();
    const auto problems = config::problems_of_workers(settings);
    if (!session.for_people()) {
        Json json{{"file", settings.file().string()}, {"problems", Json::array()}};
        for (const auto& problem : problems) json["problems"].push_back(to_json(problem));
        session.print_json(json);
        return problems.empty() ? exit_ok : exit_usage;
    }
    if (problems.empty()) {
        const std::string file = settings.file().empty() ? "the environment alone" : settings.file().string();
        session.out() << session.style()(Color::green, "right") << "  " << harmless(file) << '\n';
        return exit_ok;
    }
    throw CommandError(exit_usage, "the configuration cannot be used:\n" + config::in_lines(problems),
                       "docs/guide/configuration.md, or callflex config print --defaults");
}

}  // namespace

void define_config_check(CLI::App& app, Session& session) {
    manual(app,
           "Says everything that is wrong with the settings at once: in the configuration file with its "
           "line, in the "
           "environment, and what does not go together. The same stands before workers and ingress start. "
           "Looks at no "
           "database and no vendor (callflex doctor does). Exit code 2 if something is wrong. JSON: {file, "
           "problems: "
           "[{place, name, what}]}.",
           {{"callflex config check --config ./callflex.toml", "before it is installed"}});
    app.callback([&session] { session.exit_code = check(session); });
}

}  // namespace callflex::cli
