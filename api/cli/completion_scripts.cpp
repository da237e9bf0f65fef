#include "api/cli/completion_scripts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "api/cli/manual.hpp"

namespace callflex::cli {
namespace {

const auto every = [](const CLI::App*) { return true; };

bool takes_value(const CLI::Option& option) {
    return !option.get_positional() && option.get_type_size() != 0 && option.get_items_expected_max() != 0;
}

void gather_values(const CLI::App& app, std::set<std::string>& names) {
    for (const auto* option : app.get_options()) {
        if (!takes_value(*option)) continue;
        for (const auto& name : option->get_lnames()) names.insert("--" + name);
        for (const auto& name : option->get_snames()) names.insert("-" + name);
    }
    for (const auto* command : app.get_subcommands(every)) gather_values(*command, names);
}

void add_zsh_words(std::string& script, const CLI::App& app) {
    script += fmt::format("        (\"{}\") print -r -- \"{}\" ;;\n", full_name(app), words_of(app));
    for (const auto* command : app.get_subcommands(every)) add_zsh_words(script, *command);
}

/// In single quotes, as fish reads them.
std::string fish_quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\\' || c == '\'') result += '\\';
        result += c;
    }
    return result + "'";
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

void add_fish_options(std::string& script, const CLI::App& app, const std::string& condition) {
    for (const auto* option : app.get_options()) {
        if (option->get_positional()) continue;
        std::string names;
        for (const auto& name : option->get_lnames()) names += " -l " + name;
        for (const auto& name : option->get_snames()) names += " -s " + name;
        script += fmt::format("complete -c callflex{}{}{} -d {}\n", condition, names,
                              takes_value(*option) ? " -r" : "", fish_quoted(option->get_description()));
    }
}

void add_fish(std::string& script, const CLI::App& app) {
    const std::string condition = fmt::format(" -n '__callflex_at \"{}\"'", full_name(app));
    for (const auto* command : app.get_subcommands(every)) {
        script += fmt::format("complete -c callflex{} -f -a {} -d {}\n", condition, command->get_name(),
                              fish_quoted(first_line(command->get_description())));
    }
    // The program's own options are every command's.
    add_fish_options(script, app, app.get_parent() == nullptr ? "" : condition);
    for (const auto* command : app.get_subcommands(every)) add_fish(script, *command);
}

void add_paths(std::string& script, const CLI::App& app) {
    script += fmt::format(" '{}'", full_name(app));
    for (const auto* command : app.get_subcommands(every)) add_paths(script, *command);
}

}  // namespace

std::string words_of(const CLI::App& app) {
    std::string words;
    for (const auto* command : app.get_subcommands(every)) words += command->get_name() + " ";
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) words += "--" + name + " ";
    }
    if (!words.empty()) words.pop_back();
    return words;
}

std::string options_with_values(const CLI::App& app) {
    std::set<std::string> names;
    gather_values(app, names);
    return fmt::format("{}", fmt::join(names, "|"));
}

std::string zsh_script(const CLI::App& root) {
    const std::string common = words_of(root).substr(words_of(root).find("--"));
    std::string script =
        "#compdef callflex\n"
        "# Completion of callflex for zsh, made by callflex completion zsh.\n"
        "_callflex() {\n"
        "    local at=callflex skip='' word i\n"
        "    for ((i = 2; i < CURRENT; i++)); do\n"
        "        word=${words[i]}\n"
        "        if [[ -n $skip ]]; then skip=''; continue; fi\n"
        "        case $word in\n";
    script += fmt::format("            ({}) skip=yes ;;\n", options_with_values(root));
    script +=
        "            (-*) ;;\n"
        "            (*) [[ \" $(_callflex_words $at) \" == *\" $word \"* ]] && at+=\" $word\" ;;\n"
        "        esac\n"
        "    done\n"
        "    case ${words[CURRENT-1]} in\n"
        "        (-o|--output) compadd table json jsonl csv; return ;;\n"
        "        (--color) compadd auto always never; return ;;\n";
    script += fmt::format("        ({}) _files; return ;;\n    esac\n", options_with_values(root));
    script += fmt::format("    compadd -- ${{=$(_callflex_words $at)}} {}\n}}\n", common);
    script += "_callflex_words() {\n    case $1 in\n";
    add_zsh_words(script, root);
    return script +
           "    esac\n}\n"
           "if [[ $funcstack[1] == _callflex ]]; then _callflex \"$@\"; else compdef _callflex callflex; "
           "fi\n";
}

std::string fish_script(const CLI::App& root) {
    std::string script =
        "# Completion of callflex for fish, made by callflex completion fish.\n"
        "set -g __callflex_paths";
    add_paths(script, root);
    script +=
        "\n"
        "function __callflex_at\n"
        "    set -l at callflex\n"
        "    for word in (commandline -opc)[2..-1]\n"
        "        contains -- \"$at $word\" $__callflex_paths; and set at \"$at $word\"\n"
        "    end\n"
        "    test \"$at\" = \"$argv[1]\"\n"
        "end\n";
    add_fish(script, root);
    return script;
}

}  // namespace callflex::cli
