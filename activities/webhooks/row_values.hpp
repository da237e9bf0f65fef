#pragma once
// Reading columns that may be null, and moments as the statements give them (microseconds since 1970).

#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "engine/workflow/time.hpp"

namespace callflex::webhooks {

template <class T>
[[nodiscard]] std::optional<T> optional_of(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return field.as<T>();
}

[[nodiscard]] inline std::optional<durable::Timestamp> moment_of(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return durable::Timestamp{durable::Duration{field.as<std::int64_t>()}};
}

}  // namespace callflex::webhooks
