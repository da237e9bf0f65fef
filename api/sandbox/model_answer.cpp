#include "api/sandbox/model_answer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

namespace callflex::sandbox {
namespace {

using nlohmann::json;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return text;
}

std::vector<std::string> lines_of(const std::string& transcript, bool of_caller) {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    while (begin < transcript.size()) {
        const std::size_t end = std::min(transcript.find('\n', begin), transcript.size());
        const std::string line = transcript.substr(begin, end - begin);
        const bool by_assistant = line.starts_with("AI:") || line.starts_with("assistant:");
        const auto colon = line.find(": ");
        const std::string said = colon == std::string::npos || colon > 12 ? line : line.substr(colon + 2);
        if (!said.empty() && by_assistant != of_caller) lines.push_back(said);
        begin = end + 1;
    }
    return lines;
}

std::string cut(const std::string& text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "...";
}

std::string summary_of(const std::string& transcript) {
    const auto caller = lines_of(transcript, true);
    const auto assistant = lines_of(transcript, false);
    std::string text = "The caller said: " + (caller.empty() ? "nothing" : cut(caller.front(), 200));
    if (!assistant.empty()) text += " The assistant ended with: " + cut(assistant.back(), 200);
    return text;
}

/// The word behind "this is", "my name is" or "I'm" when it begins with a capital letter.
json name_of_caller(const std::string& transcript) {
    constexpr std::array<std::string_view, 4> openings{"this is ", "my name is ", "i'm ", "i am "};
    for (const std::string& line : lines_of(transcript, true)) {
        for (const std::string_view opening : openings) {
            const auto at = lower(line).find(opening);
            if (at == std::string::npos) continue;
            const std::size_t begin = at + opening.size();
            if (begin >= line.size() || std::isupper(static_cast<unsigned char>(line[begin])) == 0) continue;
            return line.substr(begin, line.find_first_of(" ,.!?", begin) - begin);
        }
    }
    return nullptr;
}

/// The first of the allowed words for which the conversation has a hint, else the last of them.
json choose(const json& allowed, const std::string& transcript) {
    static const std::vector<std::pair<std::string, std::vector<std::string>>> hints{
        {"complaint", {"complain", "terrible", "unacceptable", "refund"}},
        {"booking", {"appointment", "book", "reservation"}},
        {"support", {"sick", "broken", "not working", "cannot", "problem"}},
        {"sales", {"buy", "price", "quote"}},
        {"inquiry", {"do you", "what are", "when do", "how much"}},
        {"negative", {"angry", "terrible", "unacceptable", "frustrat"}},
        {"positive", {"thank you so much", "wonderful", "great", "perfect"}},
        {"neutral", {""}},
    };
    const std::string text = lower(transcript);
    for (const auto& [word, signs] : hints) {
        if (std::find(allowed.begin(), allowed.end(), json(word)) == allowed.end()) continue;
        if (std::ranges::any_of(
                signs, [&](const std::string& sign) { return text.find(sign) != std::string::npos; }))
            return word;
    }
    return allowed.back();
}

json to_do(const std::string& transcript) {
    constexpr std::array<std::string_view, 5> signs{"please", "call me back", "need", "cannot", "could you"};
    json items = json::array();
    for (const std::string& line : lines_of(transcript, true)) {
        const std::string text = lower(line);
        const bool asked = std::ranges::any_of(
            signs, [&](std::string_view sign) { return text.find(sign) != std::string::npos; });
        if (asked && items.size() < 5) items.push_back("Follow up: " + cut(line, 120));
    }
    return items;
}

bool may_be_null(const json& property) {
    const json type = property.value("type", json{});
    return type.is_array() && std::find(type.begin(), type.end(), json("null")) != type.end();
}

json value_for(const json& property, const std::string& transcript) {
    if (property.contains("enum")) return choose(property.at("enum"), transcript);
    if (property.value("type", json{}) == "array") return to_do(transcript);
    if (property.value("type", json{}) == "object") return model_answer(property, transcript);
    if (property.value("type", json{}) == "boolean") return false;
    if (property.value("type", json{}) == "number" || property.value("type", json{}) == "integer") return 0;
    return may_be_null(property) ? name_of_caller(transcript) : json(summary_of(transcript));
}

}  // namespace

json model_answer(const json& schema, const std::string& transcript) {
    json answer = json::object();
    const json properties = schema.value("properties", json::object());
    for (const auto& [name, property] : properties.items()) answer[name] = value_for(property, transcript);
    return answer;
}

}  // namespace callflex::sandbox
