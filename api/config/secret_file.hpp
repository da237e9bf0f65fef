#pragma once
// Files that hold settings, read with an eye on who else may.

#include <filesystem>
#include <optional>
#include <string>

namespace callflex::config {

struct FileText {
    std::string text;
    std::string problem;        ///< "" when it was read
    bool missing = false;       ///< there is no such file
    bool others_read = false;   ///< every user of this machine may read it
    bool others_write = false;  ///< somebody else than its owner may write it
};

/// At most 1 MiB.
[[nodiscard]] FileText read_text(const std::filesystem::path& file);
/// A file with one value: without the line feeds at its end.
[[nodiscard]] FileText read_value(const std::filesystem::path& file);

}  // namespace callflex::config
