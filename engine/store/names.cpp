#include "engine/store/names.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <stdexcept>

namespace durable::store {
namespace {

constexpr std::size_t workflow_id_bytes_max = 1000;
constexpr std::size_t name_bytes_max = 200;

/// Length of the UTF-8 sequence that begins `text`; 0 if there is no valid one.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    const std::size_t length = lead < 0x80          ? 1
                               : (lead >> 5U) == 6  ? 2
                               : (lead >> 4U) == 14 ? 3
                               : (lead >> 3U) == 30 ? 4
                                                    : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) >> 6U) != 2) return 0;
    }
    if (length == 2 && lead < 0xc2) return 0;                                        // overlong
    if (length == 3 && lead == 0xe0 && byte(1) < 0xa0) return 0;                     // overlong
    if (length == 3 && lead == 0xed && byte(1) > 0x9f) return 0;                     // surrogate
    if (length == 4 && (lead > 0xf4 || (lead == 0xf0 && byte(1) < 0x90))) return 0;  // overlong, too large
    if (length == 4 && lead == 0xf4 && byte(1) > 0x8f) return 0;
    return length;
}

void check_text(std::string_view what, std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max) {
        throw std::invalid_argument(
            fmt::format("{} has {} bytes, at most {} are allowed", what, text.size(), bytes_max));
    }
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = sequence_length(text.substr(i));
        if (length == 0) throw std::invalid_argument(fmt::format("{} is not UTF-8 (at byte {})", what, i));
        const auto first = static_cast<unsigned char>(text[i]);
        if (first < 0x20 || first == 0x7f) {
            throw std::invalid_argument(fmt::format("{} has a control character (at byte {})", what, i));
        }
        i += length;
    }
}

}  // namespace

void check_workflow_id(std::string_view id) {
    if (id.empty()) throw std::invalid_argument("the workflow id is empty");
    check_text("the workflow id", id, workflow_id_bytes_max);
}

void check_name(std::string_view what, std::string_view name) {
    if (name.empty()) throw std::invalid_argument(fmt::format("the {} is empty", what));
    check_text(fmt::format("the {}", what), name, name_bytes_max);
}

void check_optional_name(std::string_view what, std::string_view name) {
    check_text(fmt::format("the {}", what), name, workflow_id_bytes_max);
}

}  // namespace durable::store
