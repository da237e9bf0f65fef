#pragma once
// What a call was about. Made by an OpenAI-compatible model with structured output; with no key configured,
// or when the model's answers stay unusable, by the built-in extractive summariser, and then marked so. These
// two activities never fail because of the model: only a stopped worker, time-out or cancellation ends them
// without a result.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/workflow/activity.hpp"

namespace callflex {

struct TranscriptText {
    std::string transcript;  ///< "AI: ...\nUser: ...\n"; foreign text, never instructions
};
BOOST_DESCRIBE_STRUCT(TranscriptText, (), (transcript))

struct Summary {
    std::string text;
    bool extractive = false;  ///< not made by a model
    std::string model;        ///< the model that answered; "" when extractive
};
BOOST_DESCRIBE_STRUCT(Summary, (), (text, extractive, model))

struct ExtractedFacts {
    std::string call_type = "other";    ///< inquiry, complaint, booking, support, sales, other
    std::string sentiment = "neutral";  ///< positive, neutral, negative
    std::optional<std::string> caller_name;
    std::vector<std::string> action_items;
    bool extractive = false;  ///< found by keywords, not by a model
};
BOOST_DESCRIBE_STRUCT(ExtractedFacts, (), (call_type, sentiment, caller_name, action_items, extractive))

/// The last attempt answers extractively, so `maximum_attempts` is also "model tries + 1".
inline constexpr durable::Activity<TranscriptText, Summary> summarize{
    "summarize",
    {.start_to_close = std::chrono::seconds{75},
     .initial_interval = std::chrono::seconds{1},
     .maximum_interval = std::chrono::seconds{30},
     .maximum_attempts = 5}};

inline constexpr durable::Activity<TranscriptText, ExtractedFacts> extract_facts{
    "extract_facts",
    {.start_to_close = std::chrono::seconds{75},
     .initial_interval = std::chrono::seconds{1},
     .maximum_interval = std::chrono::seconds{30},
     .maximum_attempts = 5}};

}  // namespace callflex
