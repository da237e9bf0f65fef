#pragma once
// The two questions asked about a call, and the checks their answers must pass. Pure.

#include <optional>
#include <string>

#include "activities/openai/chat.hpp"
#include "activities/summaries.hpp"

namespace callflex::openai {

[[nodiscard]] Question summary_question(std::string transcript);
[[nodiscard]] Question facts_question(std::string transcript);

inline constexpr std::size_t summary_bytes_max = 2000;
inline constexpr std::size_t action_items_max = 20;
inline constexpr std::size_t fact_bytes_max = 300;

/// The model's text if it has the shape that was asked for, else nullopt. White space at the ends is removed;
/// texts beyond the limits are cut, for length is no reason to throw a good answer away.
[[nodiscard]] std::optional<std::string> valid_summary(const Content& content);

/// Nullopt for another shape, or a call type or sentiment that does not exist.
[[nodiscard]] std::optional<ExtractedFacts> valid_facts(const Content& content);

}  // namespace callflex::openai
