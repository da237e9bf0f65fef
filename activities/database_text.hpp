#pragma once
// Values on their way into Postgres, as statement parameters. Postgres stores no NUL character, in text or in
// jsonb; callers and models produce them all the same, so they are dropped here.

#include <optional>
#include <string>

#include "engine/workflow/payload.hpp"
#include "engine/workflow/time.hpp"

namespace callflex {

/// ISO 8601 in UTC with microseconds, for timestamptz.
[[nodiscard]] std::string storable(durable::Timestamp time);
[[nodiscard]] std::string storable(std::string text);
/// For jsonb.
[[nodiscard]] std::string storable(const durable::Payload& payload);
[[nodiscard]] std::optional<std::string> storable(std::optional<std::string> text);

/// How pqxx takes an SQL null; the text must outlive the call.
[[nodiscard]] inline const char* or_null(const std::optional<std::string>& text) {
    return text ? text->c_str() : nullptr;
}

}  // namespace callflex
