#pragma once
// Connection strings for those who wait for answers without a deadline of their own.

#include <string>

namespace durable::store {

/// The connection string with a time-out for connecting, and limits to how long a peer that is gone without a word is
/// believed in (10 s while it owes us an acknowledgement, 25 s while we wait for an answer), unless it has its own.
/// Works for both forms, "postgresql://…" and "host=… dbname=…".
[[nodiscard]] std::string with_deadlines(const std::string& connection_string);
/// With one more parameter, unless it has it.
[[nodiscard]] std::string with_parameter(std::string connection_string, const std::string& name,
                                         const std::string& value);

}  // namespace durable::store
