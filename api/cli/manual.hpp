#pragma once
// Help as a manual page, made from the command tree.

#include <CLI/CLI.hpp>
#include <string>

namespace callflex::cli {

class Manual : public CLI::Formatter {
  public:
    [[nodiscard]] std::string make_help(const CLI::App* app, std::string name,
                                        CLI::AppFormatMode mode) const override;
};

/// "callflex workflow list".
[[nodiscard]] std::string full_name(const CLI::App& app);
/// "callflex workflow list [OPTIONS]".
[[nodiscard]] std::string usage(const CLI::App& app);
/// "-o, --output FORMAT".
[[nodiscard]] std::string option_line(const CLI::Option& option);
/// Its description, with its default.
[[nodiscard]] std::string option_text(const CLI::Option& option);
/// "EXIT CODES", then a line each.
extern const char* const exit_codes;

}  // namespace callflex::cli
