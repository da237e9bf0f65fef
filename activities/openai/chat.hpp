#pragma once
// OpenAI's chat completions as values: one question with a fixed shape of answer. No I/O.

#include <string>
#include <string_view>
#include <variant>

#include "activities/config.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex::openai {

struct Question {
    std::string_view schema_name;   ///< ^[A-Za-z0-9_-]{1,64}$
    std::string_view schema;        ///< JSON Schema in the subset that strict mode takes
    std::string_view instructions;  ///< ours: the developer message
    std::string material;           ///< foreign text: the user message, never part of the instructions
    int max_completion_tokens = 800;
};

/// The model's words: JSON text of the schema's shape, as the vendor says. Validate it.
struct Content {
    std::string json;
};

/// Why there are none.
struct NoContent {
    enum class Why : std::uint8_t {
        refused,        ///< by the model or a filter: asking again will not help
        truncated,      ///< max_completion_tokens reached
        too_long,       ///< the material exceeds the model's context
        unknown_model,  ///< shut down, or never there
        unreadable,     ///< not an answer as documented
        failed,         ///< see failure
    };
    Why why = Why::failed;
    VendorFailure failure{};
};

using Answer = std::variant<Content, NoContent>;

[[nodiscard]] http::Request chat_request(const OpenAiConfig& config, const std::string& model,
                                         const Question& question);

[[nodiscard]] Answer read_answer(const http::Result& result);

}  // namespace callflex::openai
