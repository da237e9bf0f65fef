#include "api/sandbox/phone_book.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace callflex::sandbox {
namespace {

constexpr int first_line = 100;
constexpr int last_line = 149;
constexpr std::string_view exchange = "5550";
constexpr const char* always_gone = "+15005550000";

bool is_area_code(std::string_view text) {
    return text.size() == 3 && text[0] >= '2' && text != "999" &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::vector<std::string> PhoneBook::on_sale(const std::string& area_code, std::size_t limit) const {
    std::vector<std::string> numbers;
    if (!is_area_code(area_code)) return numbers;
    if (area_code == "500") numbers.emplace_back(always_gone);
    for (int line = first_line; line <= last_line && numbers.size() < limit; ++line) {
        const std::string number = fmt::format("+1{}{}{}", area_code, exchange, line);
        if (!numbers_.contains(number)) numbers.push_back(number);
    }
    return numbers;
}

bool PhoneBook::is_on_sale(const std::string& number) const {
    if (number.size() != 12 || !number.starts_with("+1") || numbers_.contains(number)) return false;
    const auto offered = on_sale(number.substr(2, 3), last_line);
    return number != always_gone && std::ranges::find(offered, number) != offered.end();
}

BookedNumber* PhoneBook::owned(const std::string& number) {
    const auto found = numbers_.find(number);
    return found == numbers_.end() ? nullptr : &found->second;
}

BookedNumber* PhoneBook::by_sid(const std::string& sid) {
    const auto found =
        std::ranges::find_if(numbers_, [&](const auto& entry) { return entry.second.sid == sid; });
    return found == numbers_.end() ? nullptr : &found->second;
}

std::vector<BookedNumber> PhoneBook::of_account(const std::string& account) const {
    std::vector<BookedNumber> numbers;
    for (const auto& [number, booked] : numbers_) {
        if (booked.account == account) numbers.push_back(booked);
    }
    return numbers;
}

BookedNumber& PhoneBook::buy(const std::string& number, const std::string& account) {
    BookedNumber& booked = numbers_[number];
    booked.sid = fmt::format("PN{:032x}", ++purchases_);
    booked.number = number;
    booked.account = account;
    return booked;
}

void PhoneBook::release(const std::string& sid) {
    releases_ += std::erase_if(numbers_, [&](const auto& entry) { return entry.second.sid == sid; });
}

void PhoneBook::clear() {
    numbers_.clear();
    bought_again_.clear();
    purchases_ = 0;
    releases_ = 0;
}

std::vector<std::string> PhoneBook::violations() const {
    std::vector<std::string> lines;
    for (const std::string& number : bought_again_)
        lines.push_back(number + " was bought although it was owned");
    std::map<std::string, int> by_name;
    for (const auto& [number, booked] : numbers_) {
        if (!booked.friendly_name.empty()) ++by_name[booked.friendly_name];
    }
    for (const auto& [name, count] : by_name) {
        if (count > 1) lines.push_back(fmt::format("{} numbers are owned as \"{}\"", count, name));
    }
    return lines;
}

}  // namespace callflex::sandbox
