#pragma once
// Manual pages (man(7)), made from the command tree as --help is: they cannot tell anything else.

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace callflex::cli {

struct ManPage {
    std::string name;  ///< "callflex-workflow", of section 1
    std::string text;
};

/// callflex(1) with the commands that have no group, and one page a group.
[[nodiscard]] std::vector<ManPage> man_pages(const CLI::App& root);

/// Text as roff takes it literally.
[[nodiscard]] std::string roff(std::string_view text);

}  // namespace callflex::cli
