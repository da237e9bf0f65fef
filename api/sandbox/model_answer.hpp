#pragma once
// A plausible model: fills a strict schema from a transcript by simple rules. Deterministic.

#include <nlohmann/json.hpp>
#include <string>

namespace callflex::sandbox {

/// `schema` must be one that strict mode accepts.
[[nodiscard]] nlohmann::json model_answer(const nlohmann::json& schema, const std::string& transcript);

}  // namespace callflex::sandbox
