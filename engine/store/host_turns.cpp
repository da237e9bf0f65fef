#include "engine/store/host_turns.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string_view>

namespace durable::store {
namespace {

std::vector<std::string> elements(std::string_view list) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t comma = list.find(',');
        parts.emplace_back(list.substr(0, comma));
        if (comma == std::string_view::npos) return parts;
        list.remove_prefix(comma + 1);
    }
}

}  // namespace

HostTurns::HostTurns(const std::string& connection_string) : hosts_(1), addresses_(1), ports_(1) {
    // One that cannot be read is refused when it is used, with libpq's words.
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed{
        PQconninfoParse(connection_string.c_str(), nullptr), &PQconninfoFree};
    if (!parsed) return;
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr) continue;
        const std::string_view keyword = option->keyword;
        if (keyword == "host") hosts_ = elements(option->val);
        if (keyword == "hostaddr") addresses_ = elements(option->val);
        if (keyword == "port") ports_ = elements(option->val);
    }
    if (hosts_.size() == 1 && addresses_.size() > 1) hosts_.assign(addresses_.size(), hosts_.front());
}

void HostTurns::next() {
    first_ = (first_ + 1) % hosts_.size();
}

std::string HostTurns::in_turn(const std::vector<std::string>& list) const {
    // A single element is for all hosts.
    if (first_ == 0 || list.size() != hosts_.size()) return {};
    std::string text;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0) text += ',';
        text += list[(first_ + i) % list.size()];
    }
    return text;
}

}  // namespace durable::store
