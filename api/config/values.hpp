#pragma once
// A setting's value in its three forms: as the environment has it (what the program works with), as the file has
// it (TOML), and as people read it.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/config/keys.hpp"

namespace callflex::config {

/// What stands in the file, of a kind that is not ours ("a time", "a table").
struct OtherValue {
    std::string_view what;
};
using FileValue = std::variant<std::string, std::int64_t, double, bool, std::vector<std::string>, OtherValue>;

struct Converted {
    std::string text;     ///< as in the environment
    std::string problem;  ///< "" when it fits; never holds the value
};

/// "30s" -> "30", ["a", "b"] -> "a,b", true -> "1": and whether that fits the key.
[[nodiscard]] Converted from_file(const Key& key, const FileValue& value);
/// What is wrong with a value as the environment has it: "expected whole seconds from 1 to 600"; "" if nothing.
[[nodiscard]] std::string problem_of(const Key& key, std::string_view text);
/// As it is written in the file: "30" -> "\"30s\"", "a,b" -> "[\"a\", \"b\"]".
[[nodiscard]] std::string in_file(const Key& key, std::string_view text);
/// For people: "30" -> "30s".
[[nodiscard]] std::string for_people(const Key& key, std::string_view text);

/// "a, b,c" -> {"a", "b", "c"}.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);

}  // namespace callflex::config
