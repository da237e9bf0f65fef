#include "engine/store/completion_token.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>
#include <stdexcept>

namespace durable::store {
namespace {

template <class T>
bool parse_number(std::string_view text, T& value, int base) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size();
}

/// Exactly four parts between dots; empty ones if there are fewer or more.
std::array<std::string_view, 4> parts_of(std::string_view text) {
    std::array<std::string_view, 4> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool last = i + 1 == parts.size();
        const std::size_t dot = last ? text.size() : text.find('.');
        if (dot == std::string_view::npos) return {};
        parts[i] = text.substr(0, dot);
        text.remove_prefix(last ? dot : dot + 1);
    }
    return parts;
}

}  // namespace

std::string CompletionToken::to_string() const {
    return fmt::format("{}.{}.{}.{:016x}", run.value.to_string(), activity.value, fence.epoch,
                       std::bit_cast<std::uint64_t>(fence.token));
}

CompletionToken CompletionToken::parse(std::string_view text) {
    const auto parts = parts_of(text);
    CompletionToken token;
    std::uint64_t secret = 0;
    const auto run = Uuid::parse(parts[0]);
    const bool good = run && parse_number(parts[1], token.activity.value, 10) &&
                      parse_number(parts[2], token.fence.epoch, 10) && parse_number(parts[3], secret, 16);
    if (good) {
        token.run = RunId{*run};
        token.fence.token = std::bit_cast<std::int64_t>(secret);
        if (token.to_string() == text) return token;
    }
    throw std::invalid_argument(
        "this is not a completion token: one looks like <run>.<activity>.<epoch>.<16 hexadecimal digits>, "
        "as the activity gave it out");
}

}  // namespace durable::store
