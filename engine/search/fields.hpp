#pragma once
// What a filter may speak of: the facts that the engine knows of every run, and search attributes by name.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/workflow/search.hpp"

namespace durable::search {

/// How a field's values are written and compared.
enum class FieldType : std::uint8_t {
    text,       ///< 'a text'
    choice,     ///< one of a few words: Status
    boolean,    ///< true, false
    integer,    ///< 7
    number,     ///< 7.5
    timestamp,  ///< '2026-11-21', '2026-11-21T08:30:00Z', '2h ago', 'in 5m', 'now'
    duration,   ///< '90s', '1h30m'
    run,        ///< a run id
    several,    ///< texts of which a run has any number: a comparison holds if one of them fits
};

struct Field {
    std::string_view name;
    FieldType type;
    std::string_view meaning;  ///< a phrase for the manual
};
/// Every system field, in the order of the manual.
[[nodiscard]] std::span<const Field> system_fields();
/// In whatever case.
[[nodiscard]] const Field* find_field(std::string_view name);
/// The words that a field of type `choice` can have.
[[nodiscard]] std::span<const std::string_view> choices(const Field& field);

[[nodiscard]] FieldType field_type(SearchType type);
/// "a text in quotes", "a time such as '2h ago' or '2026-11-21T08:30:00Z'"
[[nodiscard]] std::string_view describe(FieldType type);

}  // namespace durable::search
