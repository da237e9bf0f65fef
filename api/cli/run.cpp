#include "api/cli/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>

#include "api/build_id.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/filter_query.hpp"
#include "api/cli/manual.hpp"
#include "api/cli/nearest.hpp"
#include "engine/store/worker_store.hpp"
#include "schema/migrate.hpp"

namespace callflex::cli {
namespace {

void check_url(const std::string& url) {
    const auto scheme = url.find("://");
    const auto at = url.find('@', scheme == std::string::npos ? 0 : scheme + 3);
    const bool password_in_uri =
        scheme != std::string::npos && at != std::string::npos && url.find(':', scheme + 3) < at;
    if (!password_in_uri && url.find("password=") == std::string::npos) return;
    throw CommandError(
        exit_usage, "a password on the command line can be read by every user of this machine",
        "put the address into DATABASE_URL or DATABASE_URL_FILE, or the password into ~/.pgpass");
}

void add_global_options(CLI::App& root, Session& session) {
    static const std::map<std::string, Format> formats{
        {"table", Format::table}, {"json", Format::json}, {"jsonl", Format::jsonl}, {"csv", Format::csv}};
    static const std::map<std::string, ColorChoice> colors{
        {"auto", ColorChoice::automatic}, {"always", ColorChoice::always}, {"never", ColorChoice::never}};
    auto& options = session.options;
    root.add_option_function<std::string>(
            "--output,-o", [&options](const std::string& name) { options.format = formats.at(name); },
            "table for people; json (one document) or jsonl (one object a line) for programs; csv for lists")
        ->type_name("FORMAT")
        ->default_str("table")
        ->check(CLI::IsMember({"table", "json", "jsonl", "csv"}, CLI::ignore_case))
        ->trigger_on_parse();
    root.add_option_function<std::string>(
            "--database-url",
            [&options](const std::string& url) {
                check_url(url);
                options.database_url = url;
            },
            "Postgres, without a password; else DATABASE_URL, DATABASE_URL_FILE or a systemd credential")
        ->type_name("URL")
        ->trigger_on_parse();
    root.add_option("--config", options.config_file,
                    "Configuration file; else CALLFLEX_CONFIG, or /etc/callflex/callflex.toml if it is there")
        ->type_name("FILE")
        ->trigger_on_parse();
    root.add_option_function<std::string>(
            "--color", [&options](const std::string& name) { options.color = colors.at(name); },
            "auto (on terminals, unless NO_COLOR is set), always or never")
        ->type_name("WHEN")
        ->default_str("auto")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->trigger_on_parse();
    root.add_flag("--absolute-times", options.absolute_times,
                  "Times as ISO 8601 (UTC) instead of \"3 min ago\"");
}

struct Group {
    std::string_view name;
    std::string_view summary;
};
constexpr Group groups[] = {
    {"workflow", "Start, inspect, message and end workflow runs"},
    {"deploy", "Builds: check them against open runs, promote, ramp, drain"},
    {"schedule", "See, hold and run what runs by the clock"},
    {"activity", "Pending activities: see, hold, change, answer for; and jobs without a workflow"},
    {"queue", "What waits for workers, and whose turn it is: see, hold, weigh"},
    {"semaphore", "What workflows share: see who holds it, change how much there is"},
    {"batch", "Jobs that act on every run of a filter: see, stop"},
    {"org", "Organizations: create, list, what they use"},
    {"call", "Calls, for support staff: list, show, search"},
    {"usage", "Minutes and cost by day, as the sum of calls"},
    {"onboarding", "Set businesses up, and help when a step fails"},
    {"webhook", "Customers' own systems: where they are told, and what became of it"},
    {"endpoint", "Where they are told: register, see, enable, give a new secret"},
    {"delivery", "What they were told: see, send again"},
    {"worker", "The processes that run all of it: see what each has in hand"},
    {"audit", "What operators have done, to what and why"},
    {"template", "Templates of assistants: see, try"},
    {"payload", "Keys of stored payloads: destroy, renew, wrap anew"},
    {"quarantine", "After a restore: nothing runs until somebody has looked"},
    {"retention", "How long closed runs are kept: see, decide"},
    {"config", "The settings in force, and whether they are right"},
};

std::string group_summary(std::string_view name) {
    const auto* const group = std::ranges::find(groups, name, &Group::name);
    if (group == std::end(groups))
        throw std::logic_error(fmt::format("the commands of {} have no summary", name));
    return std::string{group->summary};
}

/// A command of the group, for its help.
std::string_view group_example(std::string_view name) {
    if (name == "webhook") return "endpoint list";
    if (name == "batch") return "list";
    if (name == "onboarding") return "state";
    if (name == "usage") return "backfill";
    if (name == "queue") return "limits";
    if (name == "config") return "print";
    return "list";
}

/// "webhook endpoint" is the group endpoint of the group webhook.
CLI::App& group(CLI::App& root, std::string_view name) {
    if (name.empty()) return root;
    if (const auto blank = name.find(' '); blank != std::string_view::npos)
        return group(group(root, name.substr(0, blank)), name.substr(blank + 1));
    const auto same = [&](const CLI::App* app) { return app->get_name() == name; };
    if (const auto known = root.get_subcommands(same); !known.empty()) return *known.front();
    auto& made = *root.add_subcommand(std::string{name}, group_summary(name));
    made.require_subcommand(1);
    made.footer(fmt::format("EXAMPLES\n  # help on one command\n  {} {} --help\n", full_name(made),
                            group_example(name)));
    return made;
}

/// Several lines stay several, as libpq and the configuration explain themselves; everything else is made harmless.
std::string in_lines(const std::string& problem) {
    std::istringstream lines{problem};
    std::string text;
    for (std::string line; std::getline(lines, line);) {
        const auto begin = line.find_first_not_of(" \t\r");
        if (begin == std::string::npos) continue;
        text += (text.empty() ? "" : "\n  ") + harmless(line.substr(begin));
    }
    return text;
}

int report(const Streams& streams, const Style& style, int code, const std::string& problem,
           const std::string& remedy = {}) {
    streams.err << style(Color::red, "error: ") << in_lines(problem) << '\n';
    if (!remedy.empty()) streams.err << style(Color::dim, "  try: ") << harmless(remedy) << '\n';
    return code;
}

/// The first word after `at`'s own name that is no option: what was meant as a command.
std::string unknown_word(const CLI::App& at, const std::vector<std::string>& arguments) {
    auto word = std::ranges::find(arguments, at.get_name());
    word = word == arguments.end() ? arguments.begin() : word + 1;
    const auto found =
        std::find_if(word, arguments.end(), [](const auto& text) { return !text.starts_with("-"); });
    return found == arguments.end() ? "" : *found;
}

int no_command(const CLI::App& at, const std::vector<std::string>& arguments, const Streams& streams,
               const Style& style) {
    const std::string word = unknown_word(at, arguments);
    if (word.empty()) {
        streams.err << at.help();
        return exit_usage;
    }
    std::vector<std::string> known;
    for (const auto* command : at.get_subcommands([](const CLI::App*) { return true; }))
        known.push_back(command->get_name());
    const auto near = nearest(word, known);
    return report(streams, style, exit_usage, fmt::format("{} has no command \"{}\"", full_name(at), word),
                  full_name(at) + (near ? " " + known[*near] : " --help"));
}

/// What the parser stopped for: help and version are no errors.
int stopped(const CLI::ParseError& stop, const CLI::App& root, const std::vector<std::string>& arguments,
            const Streams& streams, const Style& style) {
    if (dynamic_cast<const CLI::CallForHelp*>(&stop) != nullptr) {
        streams.out << root.help();
        return exit_ok;
    }
    if (dynamic_cast<const CLI::CallForVersion*>(&stop) != nullptr) {
        streams.out << "callflex " << version() << " build " << build_id() << '\n';
        return exit_ok;
    }
    const CLI::App* at = &root;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().back();
    const bool is_group = !at->get_subcommands([](const CLI::App*) { return true; }).empty();
    if (is_group && dynamic_cast<const CLI::RequiredError*>(&stop) != nullptr) {
        return no_command(*at, arguments, streams, style);
    }
    return report(streams, style, exit_usage, stop.what(), full_name(*at) + " --help");
}

int run_parsed(CLI::App& root, const std::vector<std::string>& arguments, Session& session,
               const Streams& streams) {
    const auto fail = [&](int code, const std::string& problem, const std::string& remedy = {}) {
        return report(streams, session.err_style(), code, problem, remedy);
    };
    try {
        root.parse(std::vector<std::string>{arguments.rbegin(), arguments.rend()});
        session.out().flush();
        return session.exit_code;
    } catch (const CLI::ParseError& stop) {
        return stopped(stop, root, arguments, streams, session.err_style());
    } catch (const CommandError& error) {
        return fail(error.code(), error.what(), error.remedy());
    } catch (const config::Unusable& error) {
        return fail(exit_usage, error.what(), "callflex config check");
    } catch (const durable::search::QueryError& error) {
        print_query_error(streams.err, session.err_style(), error);
        return exit_usage;
    } catch (const durable::client::NotFound& error) {
        return fail(exit_not_found, error.what(), "callflex workflow list");
    } catch (const durable::client::WaitTimedOut& error) {
        return fail(exit_timed_out, error.what(), "callflex workflow why, to see what it waits for");
    } catch (const durable::client::TooSlow& error) {
        return fail(exit_timed_out, error.what());
    } catch (const durable::store::TooMany& error) {
        return fail(exit_refused, error.what());
    } catch (const schema::NewerSchema& error) {
        return fail(exit_refused, error.what(), "a newer callflex");
    } catch (const durable::store::StoreUnavailable& error) {
        return fail(exit_unreachable, error.what(), "callflex doctor");
    } catch (const pqxx::broken_connection& error) {
        return fail(exit_unreachable, std::string{"the database cannot be reached: "} + error.what(),
                    "callflex doctor");
    } catch (const pqxx::undefined_table& error) {
        return fail(exit_failed, std::string{"the database has no schema, or an old one: "} + error.what(),
                    "callflex migrate");
    } catch (const std::exception& error) {
        return fail(exit_failed, error.what());
    }
}

}  // namespace

std::unique_ptr<CLI::App> make_command_tree(Session& session) {
    auto root = std::make_unique<CLI::App>(
        "durable workflows on one Postgres, and the AI receptionist built on them", "callflex");
    root->formatter(std::make_shared<Manual>());
    root->set_version_flag(
        "--version", [] { return std::string{version()}; }, "Version and build of this program");
    root->require_subcommand(1);
    root->fallthrough();
    root->footer(
        "EXAMPLES\n  # everything on this machine, with a sample organization\n  callflex dev\n"
        "  # what runs now\n  callflex workflow list --status running\n"
        "  # completion for this shell\n  source <(callflex completion bash)\n");
    add_global_options(*root, session);
    for (const auto& command : commands()) {
        auto& parent = group(*root, command.group);
        auto& app = *parent.add_subcommand(std::string{command.name}, std::string{command.summary});
        command.define(app, session);
    }
    return root;
}

int run(const std::vector<std::string>& arguments, const Streams& streams,
        const std::filesystem::path& program) {
    Session session{streams, program};
    const auto root = make_command_tree(session);
    return run_parsed(*root, arguments, session, streams);
}

}  // namespace callflex::cli
