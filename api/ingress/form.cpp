#include "api/ingress/form.hpp"

#include <algorithm>

#include "api/http/json_guard.hpp"

namespace callflex::ingress {

namespace {

constexpr std::size_t fields_max = 1'000;

std::optional<unsigned> hexadecimal(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

std::optional<std::string> decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const auto high = i + 2 < text.size() ? hexadecimal(text[i + 1]) : std::nullopt;
        const auto low = i + 2 < text.size() ? hexadecimal(text[i + 2]) : std::nullopt;
        if (!high || !low) return std::nullopt;
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    if (!http::is_utf8(out)) return std::nullopt;
    return out;
}

}  // namespace

std::optional<Form> read_form(std::string_view encoded) {
    Form form;
    while (!encoded.empty()) {
        const auto end = encoded.find('&');
        const std::string_view field = encoded.substr(0, end);
        encoded = end == std::string_view::npos ? std::string_view{} : encoded.substr(end + 1);
        if (field.empty()) continue;
        const auto equals = field.find('=');
        const auto name = decode(field.substr(0, equals));
        const auto value =
            decode(equals == std::string_view::npos ? std::string_view{} : field.substr(equals + 1));
        if (!name || !value || form.size() == fields_max) return std::nullopt;
        form.emplace_back(*name, *value);
    }
    return form;
}

std::string value_of(const Form& form, std::string_view name) {
    const auto found = std::ranges::find(form, name, &Form::value_type::first);
    return found == form.end() ? std::string{} : found->second;
}

}  // namespace callflex::ingress
