#include "api/config/document.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <optional>

namespace callflex::config {
namespace {

std::optional<std::vector<std::string>> texts_of(const toml::array& array) {
    std::vector<std::string> texts;
    for (const auto& item : array) {
        const auto* const text = item.as_string();
        if (text == nullptr) return std::nullopt;
        texts.push_back(text->get());
    }
    return texts;
}

FileValue value_of(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return number->get();
    if (const auto* number = node.as_floating_point()) return number->get();
    if (const auto* flag = node.as_boolean()) return flag->get();
    if (const auto* array = node.as_array()) {
        if (auto texts = texts_of(*array)) return *std::move(texts);
        return OtherValue{"a list of something else than texts"};
    }
    return OtherValue{"a date or a time"};
}

void add_entries(Document& document, const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string{key.str()};
        if (const auto* inner = node.as_table()) {
            add_entries(document, *inner, name + ".");
        } else {
            document.entries.push_back({name, value_of(node), node.source().begin.line});
        }
    }
}

}  // namespace

Document read_document(std::string_view text) {
    Document document;
    try {
        add_entries(document, toml::parse(text), "");
    } catch (const toml::parse_error& error) {
        document.mistake = std::string{error.description()};
        document.mistake_line = error.source().begin.line;
    }
    std::ranges::sort(document.entries, {}, &Entry::line);
    return document;
}

}  // namespace callflex::config
