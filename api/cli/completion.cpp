#include <fmt/format.h>

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/completion_scripts.hpp"
#include "api/cli/manual.hpp"

namespace callflex::cli {
namespace {

const auto every = [](const CLI::App*) { return true; };

void add_words(std::string& script, const CLI::App& app) {
    script += fmt::format("        \"{}\") words=\"{}\" ;;\n", full_name(app), words_of(app));
    for (const auto* command : app.get_subcommands(every)) add_words(script, *command);
}

std::string bash_script(const CLI::App& root) {
    const std::string with_values = options_with_values(root);
    std::string script =
        "# Completion of callflex for bash: source <(callflex completion bash)\n"
        "_callflex() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path=callflex words='' "
        "i skip=''\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        if [[ -n $skip ]]; then skip=''; continue; fi\n"
        "        case ${COMP_WORDS[i]} in\n";
    script += fmt::format("            {}) skip=yes ;;\n", with_values);
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
    script += fmt::format("        {}) return ;;\n", with_values);
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
    auto shell = std::make_shared<std::string>();
    app.add_option("SHELL", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    manual(
        app,
        "Prints a completion script, made from the commands of this build. The Debian package installs them.",
        {{"source <(callflex completion bash)", "for this shell"},
         {"callflex completion zsh > ~/.zfunc/_callflex", "zsh, with ~/.zfunc in fpath"},
         {"callflex completion fish > ~/.config/fish/completions/callflex.fish", "fish"}});
    app.callback([shell, &app, &session] {
        const CLI::App* root = &app;
        while (root->get_parent() != nullptr) root = root->get_parent();
        if (*shell == "zsh") {
            session.out() << zsh_script(*root);
        } else if (*shell == "fish") {
            session.out() << fish_script(*root);
        } else {
            session.out() << bash_script(*root);
        }
    });
}

}  // namespace callflex::cli
