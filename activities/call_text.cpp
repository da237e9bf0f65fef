#include "activities/call_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace callflex {

namespace {

constexpr std::size_t text_bytes_max = 60'000;
constexpr std::size_t sentence_bytes_max = 300;
constexpr std::string_view white = " \t\r\n\v\f";

bool is_letter(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80 ||
           c == '\'';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
    return result;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(white);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(white) - first + 1);
}

std::string collapse(std::string_view text) {
    std::string result;
    for (const char c : trim(text)) {
        const bool space = white.find(c) != std::string_view::npos || static_cast<unsigned char>(c) < 0x20;
        if (!space) result += c;
        if (space && !result.empty() && result.back() != ' ') result += ' ';
    }
    return result;
}

/// Transcribers write I'm with either apostrophe.
std::string plain_apostrophes(std::string text) {
    constexpr std::string_view typographic = "\xE2\x80\x99";
    for (auto at = text.find(typographic); at != std::string::npos; at = text.find(typographic, at)) {
        text.replace(at, typographic.size(), "'");
    }
    return text;
}

Sentence make_sentence(bool by_caller, std::string_view text) {
    Sentence sentence{by_caller, collapse(utf8_prefix(text, sentence_bytes_max)), " ", 0};
    bool inside = false;
    for (const char c : plain_apostrophes(sentence.text)) {
        const bool letter = is_letter(static_cast<unsigned char>(c));
        if (letter) sentence.normalised += lower(c);
        if (letter && !inside) ++sentence.words;
        if (!letter && inside) sentence.normalised += ' ';
        inside = letter;
    }
    if (inside) sentence.normalised += ' ';
    return sentence;
}

/// A full stop ends a sentence only before white space: 12.30 and a.m. stay whole enough.
std::size_t sentence_end(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') return i;
        const bool stop = text[i] == '.' || text[i] == '!' || text[i] == '?';
        const bool closes = i + 1 == text.size() || white.find(text[i + 1]) != std::string_view::npos;
        if (stop && closes) return i + 1;
    }
    return text.size();
}

void add_turn(std::vector<Sentence>& sentences, bool by_caller, std::string_view turn) {
    for (turn = trim(turn); !turn.empty(); turn = trim(turn)) {
        const std::size_t end = sentence_end(turn);
        Sentence sentence = make_sentence(by_caller, turn.substr(0, end));
        if (sentence.words > 0) sentences.push_back(std::move(sentence));
        turn.remove_prefix(std::min(turn.size(), std::max<std::size_t>(end, 1)));
    }
}

/// The speaker that a line names ("User: ..."), and what is left of the line.
std::optional<bool> take_speaker(std::string_view& line) {
    static constexpr std::array<std::string_view, 4> callers{"user", "caller", "customer", "client"};
    static constexpr std::array<std::string_view, 4> assistants{"ai", "bot", "assistant", "agent"};
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon > 12) return std::nullopt;
    const std::string label = lower(trim(line.substr(0, colon)));
    const bool caller = std::find(callers.begin(), callers.end(), label) != callers.end();
    const bool assistant = std::find(assistants.begin(), assistants.end(), label) != assistants.end();
    if (!caller && !assistant) return std::nullopt;
    line.remove_prefix(colon + 1);
    return caller;
}

void add_lines(std::vector<Sentence>& sentences, std::string_view transcript) {
    bool by_caller = true;
    while (!transcript.empty()) {
        const auto end = std::min(transcript.find('\n'), transcript.size());
        std::string_view line = transcript.substr(0, end);
        by_caller = take_speaker(line).value_or(by_caller);
        add_turn(sentences, by_caller, line);
        transcript.remove_prefix(std::min(transcript.size(), end + 1));
    }
}

}  // namespace

std::vector<Sentence> sentences_of(std::string_view transcript,
                                   const std::vector<TranscriptSegment>& segments) {
    std::vector<Sentence> sentences;
    std::size_t budget = text_bytes_max;
    for (const TranscriptSegment& segment : segments) {
        const std::string_view text = utf8_prefix(segment.text, budget);
        budget -= text.size();
        add_turn(sentences, segment.speaker != "assistant", text);
    }
    if (sentences.empty()) add_lines(sentences, utf8_prefix(transcript, text_bytes_max));
    return sentences;
}

bool says(const Sentence& sentence, std::string_view phrase) {
    const std::string_view text = sentence.normalised;
    for (auto at = text.find(phrase); at != std::string_view::npos; at = text.find(phrase, at + 1)) {
        const auto after = at + phrase.size();
        if (at > 0 && text[at - 1] == ' ' && after < text.size() && text[after] == ' ') return true;
    }
    return false;
}

int count_said(const Sentence& sentence, const std::vector<std::string_view>& phrases) {
    return static_cast<int>(std::count_if(phrases.begin(), phrases.end(),
                                          [&](std::string_view phrase) { return says(sentence, phrase); }));
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    std::size_t end = bytes_max;
    const auto continues = [&](std::size_t i) {
        return (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
    };
    // A character has at most three continuation bytes; more are not UTF-8, and may be cut anywhere.
    for (int steps = 0; steps < 3 && end > 0 && continues(end); ++steps) --end;
    return text.substr(0, continues(end) ? bytes_max : end);
}

}  // namespace callflex
