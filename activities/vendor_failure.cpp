#include "activities/vendor_failure.hpp"

#include <algorithm>
#include <vector>

#include "activities/call_text.hpp"

namespace callflex {
namespace {

constexpr std::size_t message_bytes_max = 200;
constexpr std::size_t looked_at_bytes_max = std::size_t{4} << 10;
constexpr int phone_digits_min = 7;
constexpr std::size_t token_bytes_min = 20;
/// Left before the attempt's deadline for reporting what came of it.
constexpr std::chrono::milliseconds reporting_time{500};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte == 0x7f) {
            if (!words.back().empty()) words.emplace_back();
        } else {
            words.back() += c;
        }
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

/// Long, of letters and digits both: keys, ids, signatures.
bool looks_like_token(const std::string& word) {
    return word.size() >= token_bytes_min && std::ranges::any_of(word, is_digit) &&
           std::ranges::any_of(word, is_letter);
}

/// "+15550100400", "(555)", "010-0400": telephone numbers may be spread over words.
bool is_part_of_number(const std::string& word) {
    return std::ranges::any_of(word, is_digit) && std::ranges::none_of(word, is_letter);
}

std::ptrdiff_t digits_in(const std::string& word) {
    return std::ranges::count_if(word, is_digit);
}

/// The words from `begin` that together make a number; `begin` when they do not.
std::size_t end_of_number(const std::vector<std::string>& words, std::size_t begin) {
    std::size_t end = begin;
    std::ptrdiff_t digits = 0;
    while (end < words.size() && is_part_of_number(words[end])) digits += digits_in(words[end++]);
    return digits >= phone_digits_min ? end : begin;
}

std::string redact_word(const std::string& word) {
    if (word.find('@') != std::string::npos) return "<address>";
    if (looks_like_token(word) || word.starts_with("sk-") || word.starts_with("re_")) return "<token>";
    if (digits_in(word) >= phone_digits_min) return "<number>";
    return word;
}

}  // namespace

std::string redact(std::string_view text) {
    std::vector<std::string> words = words_of(text.substr(0, looked_at_bytes_max));
    const bool cut = text.size() > looked_at_bytes_max;
    if (cut && !words.empty()) words.pop_back();  // half a key does not look like one
    std::string out;
    for (std::size_t i = 0; i < words.size();) {
        const std::size_t number_end = end_of_number(words, i);
        if (!out.empty()) out += ' ';
        out += number_end > i ? "<number>" : redact_word(words[i]);
        i = std::max(number_end, i + 1);
    }
    return std::string{utf8_prefix(out, message_bytes_max)};
}

VendorFailure failure_without_answer(std::string_view vendor, const http::Result& result) {
    return {.outcome = result.outcome,
            .type = std::string{vendor} + "." + std::string{http::to_string(result.trouble)},
            .message = redact(result.reason)};
}

void throw_vendor_failure(const VendorFailure& failure) {
    if (failure.outcome == http::Outcome::unknown)
        throw durable::OutcomeUnknown(failure.type + ": " + failure.message);
    durable::ApplicationError::Options options;
    options.retryable = failure.outcome == http::Outcome::retryable;
    if (options.retryable && failure.retry_after) options.next_delay = *failure.retry_after;
    throw durable::ApplicationError(failure.type, failure.message, std::move(options));
}

void throw_before_sending(VendorFailure failure) {
    if (failure.outcome == http::Outcome::unknown) failure.outcome = http::Outcome::retryable;
    throw_vendor_failure(failure);
}

std::chrono::milliseconds time_left(const durable::ActivityContext& context,
                                    std::chrono::milliseconds wanted) {
    const auto until = context.deadline() - std::chrono::steady_clock::now();
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until) - reporting_time;
    return std::clamp(left, std::chrono::milliseconds{1}, wanted);
}

}  // namespace callflex
