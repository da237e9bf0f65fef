#pragma once
// The table of keys as people read it. Made from the table alone.

#include <string>

namespace callflex::config {

/// A configuration file in which everything is commented out: "#key = default" below "# what it is".
[[nodiscard]] std::string defaults_file();
/// A Markdown table a section: what docs/guide/configuration.md holds.
[[nodiscard]] std::string documentation();

}  // namespace callflex::config
