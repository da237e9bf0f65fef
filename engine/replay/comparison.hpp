#pragma once
// What makes two commands the same, and how a difference is told to people. Values are never shown, only
// digests and the path at which they begin to differ: mismatches go to logs and lists, payloads must not.
// Pure functions.

#include <optional>
#include <string>

#include "engine/replay/history.hpp"

namespace durable::replay {

/// True if the code's command is what history recorded: kind, ids, type, input, options, delay, the end's
/// content. Not compared: the source line, a timer's due time (it follows from the delay), a side effect's
/// value, the run that a child or a continuation gets.
[[nodiscard]] bool same_command(const history::Event& recorded, const history::Event& found);

/// "ActivityScheduled send_sms, input 5f0c1d2e3a4b5c6d, options 0a1b..."
[[nodiscard]] std::string describe(const history::Event& event);

/// What differs between two commands of the same kind: "input differs at body"; "" when there is nothing to
/// add.
[[nodiscard]] std::string difference(const history::Event& recorded, const history::Event& found);

/// 64 bits of FNV-1a in hexadecimal: for telling texts apart, not for security.
[[nodiscard]] std::string digest(std::string_view text);

}  // namespace durable::replay
