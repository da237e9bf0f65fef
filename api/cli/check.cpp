#include "engine/store/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>
#include <set>

#include "api/check/business_check.hpp"
#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/progress.hpp"
#include "api/cli/rows.hpp"
#include "api/cli/table.hpp"
#include "engine/client/connection_pool.hpp"

namespace callflex::cli {
namespace {

using durable::store::CheckLine;

struct InvariantArguments {
    std::vector<std::string> only;
    std::string time_limit = "10m";
};

/// How many of each kind there are.
struct InvariantVerdict {
    std::int64_t violated = 0;
    std::int64_t not_checked = 0;
};

Json to_json(const CheckLine& line) {
    return {{"id", line.id},
            {"sentence", line.sentence},
            {"checked", line.checked},
            {"violated", line.violated},
            {"examples", line.examples},
            {"problem", line.problem.empty() ? Json{} : Json(line.problem)}};
}

std::string summary(const std::vector<CheckLine>& lines, const InvariantVerdict& verdict,
                    const Style& style) {
    if (verdict.violated > 0) return style(Color::red, fmt::format("{} violations", verdict.violated));
    if (verdict.not_checked > 0) {
        return style(Color::yellow, fmt::format("{} of {} invariants were not checked, the others hold",
                                                verdict.not_checked, lines.size()));
    }
    if (lines.size() == 1) return style(Color::green, lines.front().id + " holds");
    return style(Color::green, fmt::format("all {} invariants hold", lines.size()));
}

void print(const Session& session, const std::vector<CheckLine>& lines, const InvariantVerdict& verdict) {
    const auto style = session.style();
    Table table({"", "INVARIANT", "CHECKED", "VIOLATED", ""});
    for (const auto& line : lines) {
        const bool looked = line.problem.empty();
        const bool ok = line.violated == 0;
        table.add(
            {!looked ? Cell{"?", Color::yellow}
             : ok    ? Cell{"✓", Color::green}
                     : Cell{"✗", Color::red},
             {line.id, Color::bold},
             {looked ? std::to_string(line.checked) : "-", line.checked == 0 ? Color::dim : Color::plain},
             {ok ? "" : std::to_string(line.violated), Color::red},
             {line.sentence}});
    }
    table.print(session.out(), style);
    for (const auto& line : lines) {
        if (!line.problem.empty()) {
            session.out() << "  " << style(Color::yellow, line.id) << "  not checked: " << line.problem
                          << '\n';
        }
        for (const auto& example : line.examples) {
            session.out() << "  " << style(Color::red, line.id) << "  " << harmless(example) << '\n';
        }
    }
    session.out() << summary(lines, verdict, style) << '\n';
}

/// "4", "i-4" and "I-4" are the same. Throws CommandError for one that is not there.
std::vector<std::string> chosen(const std::vector<std::string>& typed, const std::vector<CheckLine>& known) {
    std::vector<std::string> ids;
    for (const std::string& text : typed) {
        std::string id = text;
        std::ranges::transform(id, id.begin(), [](unsigned char c) { return std::toupper(c); });
        if (!id.starts_with("I-")) id = "I-" + id;
        if (std::ranges::find(known, id, &CheckLine::id) == known.end()) {
            throw CommandError(exit_usage, "no invariant " + text + " is checked in a database",
                               "see docs/guide/invariants.md, or leave out --only for all");
        }
        ids.push_back(id);
    }
    return ids;
}

std::vector<CheckLine> look(const Session& session, const InvariantArguments& arguments) {
    const auto known = known_checks();
    durable::store::CheckOptions options;
    options.only = chosen(arguments.only, known);
    options.time_limit =
        std::max(std::chrono::seconds{1},
                 std::chrono::ceil<std::chrono::seconds>(parse_duration(arguments.time_limit)));
    const std::size_t all =
        options.only.empty() ? known.size() : std::set(options.only.begin(), options.only.end()).size();
    std::optional<Progress> progress;
    std::size_t begun = 0;
    options.progress = [&](const CheckLine& next) {
        progress.reset();
        progress.emplace(session, fmt::format("{} of {}, {}: {}", ++begun, all, next.id, next.sentence));
    };
    pqxx::connection connection{durable::client::with_deadlines(session.database_url())};
    return check_everything(connection, options);
}

int check(Session& session, const InvariantArguments& arguments) {
    const auto lines = look(session, arguments);
    InvariantVerdict verdict;
    for (const auto& line : lines) {
        verdict.violated += line.violated;
        verdict.not_checked += line.problem.empty() ? 0 : 1;
    }
    if (session.options.format == Format::table) {
        print(session, lines, verdict);
    } else if (session.options.format != Format::json) {
        print_rows(session, lines, [](const CheckLine& line) { return to_json(line); });
    } else {
        Json json{{"violated", verdict.violated},
                  {"not_checked", verdict.not_checked},
                  {"invariants", Json::array()}};
        for (const auto& line : lines) json["invariants"].push_back(to_json(line));
        session.print_json(json);
    }
    return verdict.violated > 0 ? exit_failed : verdict.not_checked > 0 ? exit_timed_out : exit_ok;
}

}  // namespace

void define_check(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<InvariantArguments>();
    app.add_option("--only", arguments->only, "Only these invariants: I-4,I-20 (or 4,20)")
        ->delimiter(',')
        ->type_name("INVARIANT");
    app.add_option("--time-limit", arguments->time_limit,
                   "For one invariant; what takes longer is not checked")
        ->type_name("DURATION")
        ->capture_default_str();
    manual(app,
           "Checks the invariants of the engine and of the product over the whole database in one snapshot: "
           "no gap in any history, no run that nothing will wake, no result without its activity, and so on; "
           "docs/guide/invariants.md lists them. Read-only, safe in production, also on a standby: it locks "
           "nothing, uses one processor and little memory, and ends with Ctrl-C, in the server too. It reads "
           "every history (minutes on millions of runs), and its snapshot holds back vacuum meanwhile: on a "
           "large database ask a standby, or for a few at a time. Exit code 1 if one is violated, else 4 if "
           "one was not checked. JSON: {violated, not_checked, invariants: [{id, sentence, checked, "
           "violated, examples, problem}]}.",
           {{"callflex check", "is everything as it must be?"},
            {"callflex check --only I-16,I-20", "is anything stuck?"},
            {"callflex check -o json | jq .violated", "for a monitor"}});
    app.callback([arguments, &session] { session.exit_code = check(session, *arguments); });
}

}  // namespace callflex::cli
