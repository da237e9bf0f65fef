#include "api/cli/manual.hpp"

#include <fmt/format.h>

#include <sstream>

#include "api/cli/command.hpp"
#include "api/cli/text.hpp"

namespace callflex::cli {
namespace {

constexpr std::size_t page_width = 96;
constexpr std::size_t name_width = 30;

std::string value_name(const CLI::Option& option) {
    if (option.get_items_expected_max() == 0 || option.get_type_size() == 0) return "";
    const std::string with_checks = option.get_type_name();  // "FORMAT:{table,json}"
    return " " + with_checks.substr(0, with_checks.find(':'));
}

/// `text` broken at spaces, every line after the first indented. Its own line feeds stay.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t first_column) {
    std::istringstream words_of_lines(text);
    std::string result;
    std::size_t column = first_column;
    bool first_line = true;
    for (std::string line; std::getline(words_of_lines, line);) {
        if (!first_line) {
            result += "\n" + std::string(line.empty() ? 0 : indent, ' ');
            column = indent;
        }
        first_line = false;
        std::istringstream words(line);
        bool first_word = true;
        for (std::string word; words >> word;) {
            if (!first_word && column + 1 + width(word) > page_width) {
                result += "\n" + std::string(indent, ' ');
                column = indent;
            } else if (!first_word) {
                result += " ";
                ++column;
            }
            result += word;
            column += width(word);
            first_word = false;
        }
    }
    return result;
}

void entry(std::string& page, const std::string& name, const std::string& description) {
    page += "  " + name;
    std::size_t column = 2 + width(name);
    if (column + 2 > name_width) {
        page += '\n';
        column = 0;
    }
    page += std::string(name_width - column, ' ') + wrapped(description, name_width, name_width) + '\n';
}

void add_options(std::string& page, const CLI::App& app, const char* heading) {
    std::string lines;
    for (const auto* option : app.get_options()) {
        // Help is told once, with what all commands have in common.
        const bool is_help = option == app.get_help_ptr() && app.get_parent() != nullptr;
        if (option->get_positional() || option->get_group().empty() || is_help) continue;
        entry(lines, option_line(*option), option_text(*option));
    }
    if (!lines.empty()) page += fmt::format("{}\n{}\n", heading, lines);
}

void add_arguments(std::string& page, const CLI::App& app) {
    std::string lines;
    for (const auto* option : app.get_options()) {
        if (option->get_positional()) entry(lines, option->get_name(true), option_text(*option));
    }
    if (!lines.empty()) page += "ARGUMENTS\n" + lines + "\n";
}

void add_commands(std::string& page, const CLI::App& app) {
    std::string lines;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        const std::string description = command->get_description();
        entry(lines, command->get_name(), description.substr(0, description.find('\n')));
    }
    if (!lines.empty()) page += "COMMANDS\n" + lines + "\n";
}

}  // namespace

const char* const exit_codes = R"(EXIT CODES
  0  ok
  1  failed: the run ended as failed, canceled, timed out or terminated; or a check found something
  2  usage: the command line or its input is wrong
  3  not found: no such run or file
  4  timed out: --timeout is over
  5  unreachable: the database does not answer
  6  refused: a policy, or the run's state, forbids it
)";

std::string full_name(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name() : full_name(*app.get_parent()) + " " + app.get_name();
}

std::string option_line(const CLI::Option& option) {
    std::string text;
    for (const auto& name : option.get_snames()) text += (text.empty() ? "-" : ", -") + name;
    for (const auto& name : option.get_lnames()) text += (text.empty() ? "--" : ", --") + name;
    return text + value_name(option);
}

std::string option_text(const CLI::Option& option) {
    std::string text = option.get_description();
    if (!option.get_default_str().empty()) text += " [" + option.get_default_str() + "]";
    if (option.get_required() && !option.get_positional()) text += " (required)";
    return text;
}

std::string usage(const CLI::App& app) {
    std::string text = full_name(app);
    if (!app.get_subcommands([](const CLI::App*) { return true; }).empty()) text += " COMMAND";
    text += " [OPTIONS]";
    for (const auto* option : app.get_options()) {
        if (!option->get_positional()) continue;
        const std::string name = option->get_name(true) + (option->get_expected_max() > 1 ? "…" : "");
        text += option->get_required() ? " " + name : " [" + name + "]";
    }
    return text;
}

std::string Manual::make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const {
    const std::string description = app->get_description();
    const auto first_line = description.find('\n');
    std::string page = fmt::format("{} - {}\n\nUSAGE\n  {}\n\n", full_name(*app),
                                   description.substr(0, first_line), usage(*app));
    if (first_line != std::string::npos) {
        page += "DESCRIPTION\n  " + wrapped(description.substr(first_line + 1), 2, 2) + "\n\n";
    }
    add_commands(page, *app);
    add_arguments(page, *app);
    add_options(page, *app, "OPTIONS");
    const CLI::App* root = app;
    while (root->get_parent() != nullptr) root = root->get_parent();
    if (root != app) add_options(page, *root, "GLOBAL OPTIONS");
    if (!app->get_footer().empty()) page += app->get_footer() + "\n";
    return page + exit_codes;
}

void manual(CLI::App& app, const std::string& description, const std::vector<Example>& examples) {
    app.description(app.get_description() + "\n" + description);
    std::string text = "EXAMPLES\n";
    for (const auto& example : examples) {
        text += fmt::format("  # {}\n  {}\n", example.meaning, example.command_line);
    }
    app.footer(text);
}

}  // namespace callflex::cli
