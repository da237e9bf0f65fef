#pragma once
// What a vendor takes, as data: tests/contracts/vendors/<name>.json holds the facts of one request, and
// every request that a client of ours builds is held against them.
//
//   {"source": "where the fact is from",
//    "method": "POST", "path": "regular expression of the whole path",
//    "headers": {"Name": "regular expression of the value"},   all of these, and no other credentials
//    "repeatable": false,                                      what the client must believe of it
//    "query": <schema>, "form": <schema>, "json": <schema>}     of the decoded query or body; none: must be empty
//
// Schemas are JSON Schema, the part of it that is needed: type, required, properties, additionalProperties:
// false, enum, const, pattern, minLength, maxLength (UTF-16 code units), minimum, maximum, items, minItems,
// maxItems.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "activities/http/message.hpp"

namespace test {

/// What is wrong with `value`, with paths: "model.messages[0].role: is not one of the values".
[[nodiscard]] std::vector<std::string> violations(const nlohmann::json& schema, const nlohmann::json& value);

/// What the vendor would refuse in this request; empty when nothing. Throws std::runtime_error when there
/// is no contract of that name.
[[nodiscard]] std::vector<std::string> breaches(const std::string& contract,
                                                const callflex::http::Request& request,
                                                const std::string& base_path);

}  // namespace test
