#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/run_json.hpp"
#include "api/cli/table.hpp"

namespace callflex::cli {
namespace {

int count(Session& session, const FilterArguments& arguments) {
    const auto counts = session.client().count(arguments.filter());
    std::int64_t total = 0;
    for (const auto& [status, number] : counts.by_status) total += number;
    if (!session.for_people()) {
        Json json{{"total", total}};
        for (const auto& [status, number] : counts.by_status)
            json[std::string{durable::replay::to_string(status)}] = number;
        json["blocked"] = counts.blocked;
        session.print_json(json);
        return exit_ok;
    }
    Table table({"", ""});
    for (const auto& [status, number] : counts.by_status) {
        const Color color = number > 0 ? status_color(status, false) : Color::dim;
        table.add({{std::string{durable::replay::to_string(status)}, color}, {std::to_string(number)}});
    }
    if (counts.blocked > 0)
        table.add({{"  of these blocked", Color::yellow}, {std::to_string(counts.blocked)}});
    table.add({{"total", Color::bold}, {std::to_string(total), Color::bold}});
    table.print(session.out(), session.style());
    return exit_ok;
}

}  // namespace

void define_workflow_count(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<FilterArguments>();
    add_filter_arguments(app, *arguments);
    manual(app,
           "Counts runs by status, and the blocked ones among the running. JSON: {total, running, completed, "
           "…, blocked}; "
           "a status that no run has may be absent.",
           {{"callflex workflow count", "all runs"},
            {"callflex workflow count --type call-processing --started-after 1h", "calls of the last hour"}});
    app.callback([arguments, &session] { session.exit_code = count(session, *arguments); });
}

}  // namespace callflex::cli
