#pragma once
// What can be said about a call without any model: a summary made of the caller's own sentences, and facts
// found by keyword lists. Deterministic, thread-safe, never throws for any text (empty, huge, not English,
// not even UTF-8). The fallback of activities/summaries.hpp; whoever uses it marks the result as extractive.

#include <optional>
#include <string>
#include <vector>

#include "activities/calls.hpp"

namespace callflex {

/// At most this many bytes are ever returned.
inline constexpr std::size_t extractive_summary_bytes_max = 800;

struct HeuristicFacts {
    std::string call_type = "other";    ///< inquiry, complaint, booking, support, sales, other
    std::string sentiment = "neutral";  ///< positive, neutral, negative
    std::optional<std::string> caller_name;
    std::vector<std::string> action_items;  ///< at most five sentences
};

/// Who called, why, and what was promised: `Pat said: "I am sick ..." The assistant: "Dispatch has been
/// notified."` `segments` are used when there are any, else the "AI: ... User: ..." lines of `transcript`. ""
/// when both are empty.
[[nodiscard]] std::string extractive_summary(const std::string& transcript,
                                             const std::vector<TranscriptSegment>& segments = {});

[[nodiscard]] HeuristicFacts heuristic_facts(const std::string& transcript,
                                             const std::vector<TranscriptSegment>& segments = {});

}  // namespace callflex
