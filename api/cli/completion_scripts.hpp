#pragma once
// Completion scripts for shells other than bash, made from the command tree.

#include <CLI/CLI.hpp>
#include <string>

namespace callflex::cli {

[[nodiscard]] std::string zsh_script(const CLI::App& root);
[[nodiscard]] std::string fish_script(const CLI::App& root);

/// Sub-commands and options of one command, in one line.
[[nodiscard]] std::string words_of(const CLI::App& app);
/// "-o|--output|...": options that take a value, of `app` and all below it.
[[nodiscard]] std::string options_with_values(const CLI::App& app);

}  // namespace callflex::cli
