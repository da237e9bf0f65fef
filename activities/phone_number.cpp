#include "activities/phone_number.hpp"

namespace callflex {

std::string normal_phone_number(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        const bool digit = c >= '0' && c <= '9';
        if (digit) digits.push_back(c);
        const bool punctuation = std::string_view{" ()-.+"}.find(c) != std::string_view::npos;
        if (!digit && !punctuation) return {};
    }
    const auto plus = text.find('+');
    if (plus != std::string_view::npos) {
        const bool at_front =
            plus == text.find_first_not_of(' ') && text.find('+', plus + 1) == std::string_view::npos;
        const bool valid = at_front && digits.size() >= 7 && digits.size() <= 15 && digits.front() != '0';
        return valid ? "+" + digits : "";
    }
    // North American numbers: neither the area code nor the exchange begins with 0 or 1.
    if (digits.size() == 11 && digits.front() == '1') digits.erase(0, 1);
    if (digits.size() != 10 || digits[0] < '2') return {};
    return "+1" + digits;
}

}  // namespace callflex
