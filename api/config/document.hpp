#pragma once
// A configuration file's text as a list of what it sets. Knows TOML, and nothing of which keys there are.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "api/config/values.hpp"

namespace callflex::config {

struct Entry {
    std::string name;  ///< "twilio.settle"
    FileValue value;
    std::size_t line = 0;  ///< from 1
};

struct Document {
    std::vector<Entry> entries;  ///< in the order of the file
    std::string mistake;         ///< what is no TOML; then nothing was read
    std::size_t mistake_line = 0;
};

[[nodiscard]] Document read_document(std::string_view text);

}  // namespace callflex::config
