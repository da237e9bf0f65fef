#include "api/cli/man_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "api/build_id.hpp"
#include "api/cli/manual.hpp"

namespace callflex::cli {
namespace {

constexpr std::string_view files = R"(.SH FILES
.TP
.I /etc/callflex/callflex.toml
The configuration file; every key is explained in it, and by
.BR "callflex config print" .
.TP
.I /etc/callflex/credentials/
Secrets, a file each, which the units hand to the processes as systemd credentials.
.SH ENVIRONMENT
.TP
.B CALLFLEX_CONFIG
Another configuration file.
.TP
.BR DATABASE_URL " and others"
Every key of the configuration has a variable, which overrides it:
.BR "callflex config print \-o json" .
.TP
.B NO_COLOR
No colours, even on terminals.
)";

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// "callflex-webhook": spaces of the name become dashes.
std::string page_name(const CLI::App& app) {
    std::string name = full_name(app);
    std::ranges::replace(name, ' ', '-');
    return name;
}

/// A letter beyond ASCII, as its number. `at` is left on its last byte. Descriptions are well-formed UTF-8.
std::string roff_letter(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    const std::size_t further = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    unsigned number = first & (0x3fU >> further);
    for (std::size_t i = 0; i < further && at + 1 < text.size(); ++i)
        number = number << 6U | (byte(++at) & 0x3fU);
    return fmt::format("\\[u{:04X}]", number);
}

void add_option(std::string& page, const std::string& name, const std::string& text) {
    page += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(name), roff(text));
}

void add_options(std::string& page, const CLI::App& app) {
    for (const auto* option : app.get_options()) {
        const bool is_help = option == app.get_help_ptr() && app.get_parent() != nullptr;
        if (option->get_group().empty() || is_help) continue;
        add_option(page, option->get_positional() ? option->get_name(true) : option_line(*option),
                   option_text(*option));
    }
}

/// The footer is "EXAMPLES", then a comment and a command line in turns.
void add_examples(std::string& page, const CLI::App& app) {
    std::istringstream lines{app.get_footer()};
    std::string text;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("  ")) text += roff(line.substr(2)) + "\n";
    }
    if (!text.empty()) page += ".PP\n.RS 4\n.nf\n" + text + ".fi\n.RE\n";
}

void add_description(std::string& page, const CLI::App& app) {
    std::istringstream lines{app.get_description()};
    std::string line;
    std::getline(lines, line);
    if (app.get_parent() != nullptr) page += roff(line) + ".\n";
    while (std::getline(lines, line)) page += ".PP\n" + roff(line) + "\n";
}

void add_command(std::string& page, const CLI::App& app) {
    page += fmt::format(".SS \"{}\"\n", roff(usage(app)));
    add_description(page, app);
    add_options(page, app);
    add_examples(page, app);
    for (const auto* command : commands_of(app)) add_command(page, *command);
}

void add_exit_status(std::string& page) {
    page += ".SH EXIT STATUS\n";
    std::istringstream lines{std::string{exit_codes}};
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) add_option(page, line.substr(2, 1), line.substr(5));
}

void add_see_also(std::string& page, const CLI::App& root, const CLI::App& self) {
    page += ".SH SEE ALSO\n";
    if (&self != &root) page += fmt::format(".BR {} (1)\n", roff(page_name(root)));
    for (const auto* group : commands_of(root)) {
        if (group != &self && !commands_of(*group).empty())
            page += fmt::format(".BR {} (1)\n", roff(page_name(*group)));
    }
}

std::string beginning(const CLI::App& app) {
    std::string title = page_name(app);
    std::ranges::transform(title, title.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return fmt::format(
        ".\\\" Made by callflex man from the command tree.\n"
        ".TH {} 1 \"\" \"callflex {}\" \"CallFlex\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B {}\n",
        roff(title), version(), roff(page_name(app)), roff(first_line(app.get_description())),
        roff(usage(app)));
}

std::string page_of_root(const CLI::App& root) {
    std::string page = beginning(root) + ".SH COMMANDS\n";
    for (const auto* command : commands_of(root)) {
        if (commands_of(*command).empty()) {
            add_command(page, *command);
        } else {
            page += fmt::format(".SS \"{} \\&...\"\n{}: see\n.BR {} (1).\n", roff(full_name(*command)),
                                roff(first_line(command->get_description())), roff(page_name(*command)));
        }
    }
    page += ".SH OPTIONS\nOf every command.\n";
    add_options(page, root);
    add_exit_status(page);
    page += files;
    add_see_also(page, root, root);
    return page;
}

std::string page_of_group(const CLI::App& root, const CLI::App& group) {
    std::string page = beginning(group) + ".SH DESCRIPTION\n";
    add_description(page, group);
    add_options(page, group);
    page += ".SH COMMANDS\n";
    for (const auto* command : commands_of(group)) add_command(page, *command);
    page +=
        fmt::format(".SH OPTIONS\nWhat all commands have in common:\n.BR {} (1).\n", roff(page_name(root)));
    add_exit_status(page);
    add_see_also(page, root, group);
    return page;
}

}  // namespace

std::string roff(std::string_view text) {
    std::string result;
    // A dot or an apostrophe at the beginning of a line would be a request.
    if (text.starts_with('.') || text.starts_with('\'')) result = "\\&";
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (static_cast<unsigned char>(c) >= 0x80) {
            result += roff_letter(text, at);
            continue;
        }
        switch (c) {
            case '\\':
                result += "\\e";
                break;
            case '-':
                result += "\\-";
                break;
            case '"':
                result += "\\(dq";
                break;
            case '\'':
                result += "\\(aq";
                break;
            case '`':
                result += "\\(ga";
                break;
            case '^':
                result += "\\(ha";
                break;
            case '~':
                result += "\\(ti";
                break;
            default:
                result += c;
        }
    }
    return result;
}

std::vector<ManPage> man_pages(const CLI::App& root) {
    std::vector<ManPage> pages{{page_name(root), page_of_root(root)}};
    for (const auto* group : commands_of(root)) {
        if (!commands_of(*group).empty()) pages.push_back({page_name(*group), page_of_group(root, *group)});
    }
    return pages;
}

}  // namespace callflex::cli
