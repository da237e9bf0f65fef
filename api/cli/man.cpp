#include <filesystem>
#include <fstream>

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/man_pages.hpp"

namespace callflex::cli {
namespace {

int write_pages(const CLI::App& app, const Session& session, const std::filesystem::path& folder) {
    const CLI::App* root = &app;
    while (root->get_parent() != nullptr) root = root->get_parent();
    std::filesystem::create_directories(folder);
    Json written = Json::array();
    for (const ManPage& page : man_pages(*root)) {
        const auto path = folder / (page.name + ".1");
        std::ofstream file{path, std::ios::binary | std::ios::trunc};
        file << page.text;
        file.close();
        if (!file) throw CommandError(exit_failed, "cannot write " + path.string());
        written.push_back(path.string());
        if (session.for_people()) session.out() << path.string() << '\n';
    }
    if (!session.for_people()) session.print_json(written);
    return exit_ok;
}

}  // namespace

void define_man(CLI::App& app, Session& session) {
    auto folder = std::make_shared<std::string>();
    app.add_option("FOLDER", *folder, "Where they go; made if it is not there")->required();
    manual(app,
           "Writes the manual pages of this build: callflex.1, and one for each group of commands. Made from "
           "the same "
           "descriptions as --help.",
           {{"callflex man /tmp/man && man /tmp/man/callflex-workflow.1", "read one"}});
    app.callback([folder, &app, &session] { session.exit_code = write_pages(app, session, *folder); });
}

}  // namespace callflex::cli
