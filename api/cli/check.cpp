#include "engine/store/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "api/check/business_check.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/progress.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/table.hpp"
#include "engine/client/connection_pool.hpp"

namespace callflex::cli {
namespace {

using durable::store::CheckLine;

Json to_json(const CheckLine& line) {
    return {{"id", line.id},
            {"sentence", line.sentence},
            {"checked", line.checked},
            {"violated", line.violated},
            {"examples", line.examples}};
}

void print(const Session& session, const std::vector<CheckLine>& lines, std::int64_t violated) {
    const auto style = session.style();
    Table table({"", "INVARIANT", "CHECKED", "VIOLATED", ""});
    for (const auto& line : lines) {
        const bool ok = line.violated == 0;
        table.add({{ok ? "✓" : "✗", ok ? Color::green : Color::red},
                   {line.id, Color::bold},
                   {std::to_string(line.checked), line.checked == 0 ? Color::dim : Color::plain},
                   {ok ? "" : std::to_string(line.violated), Color::red},
                   {line.sentence}});
    }
    table.print(session.out(), style);
    for (const auto& line : lines) {
        for (const auto& example : line.examples) {
            session.out() << "  " << style(Color::red, line.id) << "  " << harmless(example) << '\n';
        }
    }
    session.out() << (violated == 0 ? style(Color::green, fmt::format("all {} invariants hold", lines.size()))
                                    : style(Color::red, fmt::format("{} violations", violated)))
                  << '\n';
}

std::vector<CheckLine> all_checks(const Session& session) {
    pqxx::connection connection{durable::client::with_deadlines(session.database_url())};
    const Progress progress(session, "reading every history");
    auto lines = durable::store::check(connection);
    std::ranges::move(check_business(connection), std::back_inserter(lines));
    return lines;
}

int check(Session& session) {
    const auto lines = all_checks(session);
    std::int64_t violated = 0;
    for (const auto& line : lines) violated += line.violated;
    if (session.options.format == Format::table) {
        print(session, lines, violated);
    } else if (session.options.format != Format::json) {
        print_rows(session, lines, [](const CheckLine& line) { return to_json(line); });
    } else {
        Json json{{"violated", violated}, {"invariants", Json::array()}};
        for (const auto& line : lines) json["invariants"].push_back(to_json(line));
        session.print_json(json);
    }
    return violated == 0 ? exit_ok : exit_failed;
}

}  // namespace

void define_check(CLI::App& app, Session& session) {
    manual(app,
           "Checks the invariants of the engine and of the product over the whole database in one snapshot: "
           "no gap in any history, no run that "
           "nothing will wake, no result without its activity, and so on. Read-only, safe in production; it "
           "reads every "
           "history once. Exit code 1 if one is violated. JSON: {violated, invariants: [{id, sentence, "
           "checked, violated, "
           "examples}]}.",
           {{"callflex check", "is everything as it must be?"},
            {"callflex check -o json | jq .violated", "for a monitor"}});
    app.callback([&session] { session.exit_code = check(session); });
}

}  // namespace callflex::cli
