#pragma once
// Telephone numbers as they are stored: strict E.164, "+" and 7 to 15 digits, the first one not zero. Pure.

#include <algorithm>
#include <string>
#include <string_view>

namespace callflex {

[[nodiscard]] constexpr bool is_e164(std::string_view number) {
    if (number.size() < 8 || number.size() > 16 || number[0] != '+' || number[1] == '0') return false;
    return std::all_of(number.begin() + 1, number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Strict E.164 from what people and telephone systems write: E.164 with or without punctuation, or ten (or 1
/// and ten) digits of the North American plan. Anything else, such as "anonymous" or a SIP address, gives "".
[[nodiscard]] std::string normal_phone_number(std::string_view text);

}  // namespace callflex
