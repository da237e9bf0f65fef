#include <fmt/format.h>

#include <set>

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/manual.hpp"

namespace callflex::cli {
namespace {

const auto every = [](const CLI::App*) { return true; };

/// Sub-commands and options of one command, in one line.
std::string words_of(const CLI::App& app) {
    std::string words;
    for (const auto* command : app.get_subcommands(every)) words += command->get_name() + " ";
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) words += "--" + name + " ";
    }
    if (!words.empty()) words.pop_back();
    return words;
}

void add_words(std::string& script, const CLI::App& app) {
    script += fmt::format("        \"{}\") words=\"{}\" ;;\n", full_name(app), words_of(app));
    for (const auto* command : app.get_subcommands(every)) add_words(script, *command);
}

/// "a|b|c": options that take a value, so that a value is not taken for a command.
std::string options_with_values(const CLI::App& app, std::set<std::string>& names) {
    for (const auto* option : app.get_options()) {
        if (option->get_positional() || option->get_type_size() == 0 || option->get_items_expected_max() == 0)
            continue;
        for (const auto& name : option->get_lnames()) names.insert("--" + name);
        for (const auto& name : option->get_snames()) names.insert("-" + name);
    }
    for (const auto* command : app.get_subcommands(every)) options_with_values(*command, names);
    return fmt::format("{}", fmt::join(names, "|"));
}

std::string bash_script(const CLI::App& root) {
    std::set<std::string> names;
    std::string script =
        "# Completion of callflex for bash: source <(callflex completion bash)\n"
        "_callflex() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path=callflex words='' "
        "i skip=''\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        if [[ -n $skip ]]; then skip=''; continue; fi\n"
        "        case ${COMP_WORDS[i]} in\n";
    script += fmt::format("            {}) skip=yes ;;\n", options_with_values(root, names));
    script +=
        "            -*) ;;\n"
        "            *) [[ \" $(_callflex_words \"$path\") \" == *\" ${COMP_WORDS[i]} \"* ]] && path+=\" "
        "${COMP_WORDS[i]}\" ;;\n"
        "        esac\n"
        "    done\n"
        "    case $before in\n"
        "        -o|--output) words='table json jsonl csv' ;;\n"
        "        --color) words='auto always never' ;;\n"
        "        -s|--status) case $path in\n"
        "            'callflex org list') words='trialing active past_due restricted canceled' ;;\n"
        "            'callflex call list') words='queued ringing in_progress forwarding ended' ;;\n"
        "            'callflex webhook delivery list') words='pending delivered dead canceled' ;;\n"
        "            *) words='running completed failed canceled timed_out terminated' ;;\n"
        "        esac ;;\n"
        "        --industry) words='logistics legal healthcare home-services restaurants general' ;;\n"
        "        --plan) words=\"$(_callflex_words \"$path\")\"\n"
        "            [[ $path == 'callflex org create' ]] && words='starter growth scale' ;;\n"
        "        --conflict) words='fail use-existing terminate-existing' ;;\n"
        "        --reuse) words='allow allow-if-not-completed reject' ;;\n"
        "        --input-file|--data) mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;\n";
    script += fmt::format("        {}) return ;;\n", fmt::join(names, "|"));
    script += fmt::format("        *) words=\"$(_callflex_words \"$path\") {}\" ;;\n    esac\n",
                          words_of(root).substr(words_of(root).find("--")));
    script +=
        "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
        "    [[ $path == 'callflex replay' && $word != -* ]] && mapfile -t COMPREPLY < <(compgen -f -- "
        "\"$word\")\n"
        "    return 0\n"
        "}\n"
        "_callflex_words() {\n"
        "    local words=''\n"
        "    case $1 in\n";
    add_words(script, root);
    script += "    esac\n    printf '%s' \"$words\"\n}\ncomplete -F _callflex callflex\n";
    return script;
}

}  // namespace

void define_completion(CLI::App& app, Session& session) {
    app.add_option("SHELL", "bash")->required()->check(CLI::IsMember({"bash"}));
    manual(app, "Prints a completion script, made from the commands of this build.",
           {{"source <(callflex completion bash)", "for this shell"},
            {"callflex completion bash > /etc/bash_completion.d/callflex", "for everybody"}});
    app.callback([&app, &session] {
        const CLI::App* root = &app;
        while (root->get_parent() != nullptr) root = root->get_parent();
        session.out() << bash_script(*root);
    });
}

}  // namespace callflex::cli
