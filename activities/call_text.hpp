#pragma once
// A conversation cut into sentences, for looking at without a language model. Pure; any bytes are accepted.

#include <string>
#include <string_view>
#include <vector>

#include "activities/calls.hpp"

namespace callflex {

struct Sentence {
    bool by_caller = true;
    std::string text;        ///< as spoken, white space collapsed, at most 300 bytes
    std::string normalised;  ///< " lower case words with one space around each "
    int words = 0;
};

/// In spoken order. Segments win over the transcript's lines ("AI: ...", "User: ..."); lines without a
/// speaker continue the one before, and belong to the caller when there is none. Reads at most 60,000 bytes,
/// about an hour of talk.
[[nodiscard]] std::vector<Sentence> sentences_of(std::string_view transcript,
                                                 const std::vector<TranscriptSegment>& segments);

/// True if the phrase (lower case, single spaces) stands in the sentence as whole words.
[[nodiscard]] bool says(const Sentence& sentence, std::string_view phrase);

/// How many of the phrases it says.
[[nodiscard]] int count_said(const Sentence& sentence, const std::vector<std::string_view>& phrases);

/// The longest beginning of at most `bytes_max` bytes that does not cut a UTF-8 character.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

}  // namespace callflex
