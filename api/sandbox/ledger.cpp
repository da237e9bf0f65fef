#include "api/sandbox/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <ranges>
#include <set>
#include <vector>

namespace callflex::sandbox {
namespace {

using nlohmann::json;

constexpr std::size_t entries_max = 100'000;
constexpr std::size_t shown_by_default = 1000;

bool passes(const Fields& filters, const std::string& name, const std::string& value) {
    const auto wanted = filters.find(name);
    return wanted == filters.end() || wanted->second.empty() || wanted->second == value;
}

std::size_t limit_of(const Fields& filters) {
    const auto given = filters.find("limit");
    if (given == filters.end()) return shown_by_default;
    std::size_t value = shown_by_default;
    std::from_chars(given->second.data(), given->second.data() + given->second.size(), value);
    return value;
}

json as_json(const Sent& sent) {
    return {{"vendor", sent.vendor},   {"kind", sent.kind}, {"id", sent.id},
            {"key", sent.key},         {"to", sent.to},     {"from", sent.from},
            {"subject", sent.subject}, {"text", sent.text}, {"at", sent.at}};
}

}  // namespace

void Ledger::add(Sent sent) {
    entries_.push_back(std::move(sent));
    if (entries_.size() > entries_max) entries_.pop_front();
}

void Ledger::clear() {
    entries_.clear();
}

json Ledger::report(const Fields& filters) const {
    std::vector<const Sent*> chosen;
    std::map<std::string, std::size_t> by_vendor;
    std::map<std::string, std::size_t> by_recipient;
    std::map<std::string, std::size_t> by_key;
    for (const Sent& sent : entries_) {
        const bool wanted = passes(filters, "vendor", sent.vendor) && passes(filters, "to", sent.to) &&
                            passes(filters, "key", sent.key);
        if (!wanted) continue;
        chosen.push_back(&sent);
        ++by_vendor[sent.vendor];
        if (!sent.to.empty()) ++by_recipient[sent.to];
        if (!sent.key.empty()) ++by_key[sent.key];
    }
    std::erase_if(by_key, [](const auto& entry) { return entry.second < 2; });
    json shown = json::array();
    const std::size_t limit = std::min(limit_of(filters), chosen.size());
    for (std::size_t i = chosen.size() - limit; i < chosen.size(); ++i) shown.push_back(as_json(*chosen[i]));
    return {{"count", chosen.size()},
            {"by_vendor", by_vendor},
            {"by_recipient", by_recipient},
            {"repeated_keys", by_key},
            {"sent", std::move(shown)}};
}

std::vector<Sent> Ledger::newest(std::string_view vendor, std::size_t at_most) const {
    std::vector<Sent> found;
    for (const Sent& sent : std::views::reverse(entries_)) {
        if (found.size() == at_most) break;
        if (sent.vendor == vendor) found.push_back(sent);
    }
    return found;
}

std::vector<std::string> Ledger::repeats(std::string_view vendor, std::string_view kind) const {
    std::map<std::string, std::set<std::string>> ids_by_key;
    for (const Sent& sent : entries_) {
        if (sent.vendor == vendor && sent.kind == kind && !sent.key.empty())
            ids_by_key[sent.key].insert(sent.id);
    }
    std::vector<std::string> lines;
    for (const auto& [key, ids] : ids_by_key) {
        if (ids.size() > 1) lines.push_back(fmt::format("{} times under {}", ids.size(), key));
    }
    return lines;
}

}  // namespace callflex::sandbox
