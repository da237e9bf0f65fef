#include "engine/deploy/groups.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace durable::deploy {
namespace {

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/// Without digests and numbers, which differ from run to run: "ActivityScheduled send_sms, input …".
std::string common(const std::string& text) {
    constexpr std::size_t digest_size = 16;
    std::string kept;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && is_hex(text[end])) ++end;
        const bool digits = end > i && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i),
                                                   text.begin() + static_cast<std::ptrdiff_t>(end),
                                                   [](char c) { return c >= '0' && c <= '9'; });
        const bool begins_word = i == 0 || text[i - 1] == ' ';
        if (begins_word && (end - i == digest_size || digits)) {
            kept += "…";
            i = end;
        } else {
            kept += text[i++];
        }
    }
    return kept;
}

auto key_of(const Breakage& b) {
    const bool told_by_commands = !b.recorded.empty();
    return std::tuple{!b.open,
                      b.type,
                      b.stage,
                      b.kind,
                      told_by_commands ? common(b.recorded) : "",
                      told_by_commands ? common(b.found) : common(b.reason),
                      b.source,
                      b.recorded_source};
}

}  // namespace

std::vector<BreakageGroup> group(const std::vector<Breakage>& breakages) {
    std::map<decltype(key_of(Breakage{})), BreakageGroup> groups;
    for (const Breakage& breakage : breakages) {
        BreakageGroup& one = groups[key_of(breakage)];
        if (one.runs.empty()) one.first = breakage;
        one.runs.push_back(breakage.run);
        one.workflows.push_back(breakage.workflow);
    }
    std::vector<BreakageGroup> all;
    for (auto& [key, one] : groups) all.push_back(std::move(one));
    std::ranges::sort(all, [](const BreakageGroup& a, const BreakageGroup& b) {
        const bool a_closed = !a.first.open;
        const bool b_closed = !b.first.open;
        return std::tuple{a_closed, b.runs.size(), a.first.run} <
               std::tuple{b_closed, a.runs.size(), b.first.run};
    });
    return all;
}

std::vector<PatchSummary> summarize(const std::vector<PatchUse>& uses) {
    std::map<std::string, PatchSummary> patches;
    for (const PatchUse& use : uses) {
        PatchSummary& patch = patches[use.patch];
        patch.patch = use.patch;
        auto& list = use.way == PatchUse::Way::marked       ? patch.marked
                     : use.way == PatchUse::Way::deprecated ? patch.deprecated
                                                            : patch.old_way;
        list.push_back(use);
    }
    std::vector<PatchSummary> all;
    for (auto& [id, patch] : patches) all.push_back(std::move(patch));
    return all;
}

}  // namespace durable::deploy
