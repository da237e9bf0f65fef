#pragma once
// Values out of libpqxx's fields, as the engine's SQL writes them.

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>

#include "engine/workflow/time.hpp"

namespace durable::store {

/// Of a column in microseconds since 1970 (engine.microseconds). Throws pqxx::conversion_error for null.
[[nodiscard]] inline Timestamp moment(const pqxx::field& field) {
    return Timestamp{Duration{field.as<std::int64_t>()}};
}

/// None for null.
[[nodiscard]] inline std::optional<Timestamp> moment_or_none(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return moment(field);
}

}  // namespace durable::store
