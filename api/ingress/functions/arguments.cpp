#include "api/ingress/functions/arguments.hpp"

#include "activities/phone_number.hpp"
#include "activities/spoken.hpp"
#include "api/ingress/text.hpp"

namespace callflex::ingress::functions {

namespace {

constexpr std::size_t word_max = 64;

std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

}  // namespace

std::string Arguments::text(const char* name, std::size_t bytes_max) const {
    if (!value_.is_object()) return {};
    const auto found = value_.find(name);
    if (found == value_.end()) return {};
    if (found->is_string()) return one_line(storable(found->get_ref<const std::string&>()), bytes_max);
    return found->is_number() ? one_line(found->dump(), bytes_max) : "";
}

std::string Arguments::option(const char* name) const {
    std::string word = lower(text(name, word_max));
    for (char& c : word) c = c == ' ' || c == '-' ? '_' : c;
    return word;
}

std::string Arguments::phone(const char* name) const {
    return normal_phone_number(text(name, word_max));
}

bool Arguments::flag(const char* name) const {
    if (!value_.is_object()) return false;
    const auto found = value_.find(name);
    if (found != value_.end() && found->is_boolean()) return found->get<bool>();
    const std::string word = option(name);
    return word == "true" || word == "yes" || word == "1";
}

}  // namespace callflex::ingress::functions
