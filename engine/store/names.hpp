#pragma once
// What callers may name things. Checked before anything reaches the database, with a sentence for the caller.

#include <string_view>

namespace durable::store {

/// 1 to 1,000 bytes of UTF-8 without control characters. Throws std::invalid_argument naming `what`.
void check_workflow_id(std::string_view id);
/// Namespaces, workflow types, queues: 1 to 200 bytes, otherwise as workflow ids.
void check_name(std::string_view what, std::string_view name);
/// Tenants and request ids: as names, but may be empty, and request ids up to 1,000 bytes.
void check_optional_name(std::string_view what, std::string_view name);

}  // namespace durable::store
