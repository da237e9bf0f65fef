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

}  // namespace callflex::cli
