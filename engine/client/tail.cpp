#include "engine/client/tail.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace durable::client {
namespace {

struct Timed {
    Timestamp time;         ///< of the activation, or of a later one before it in its run
    std::size_t place = 0;  ///< in what was read
    std::pair<RunId, history::Activation> activation;
};

struct RunEnd {
    Timestamp time{};
    std::size_t activations = 0;
};

}  // namespace

TailPage ordered_tail(std::vector<std::pair<RunId, history::Activation>> read, std::size_t each) {
    std::vector<Timed> timed;
    std::map<RunId, RunEnd> ends;
    for (auto& activation : read) {
        RunEnd& end = ends[activation.first];
        end.time = std::max(end.time, activation.second.time);
        ++end.activations;
        timed.push_back({end.time, timed.size(), std::move(activation)});
    }
    std::optional<Timestamp> horizon;
    for (const auto& [run, end] : ends) {
        if (end.activations >= each) horizon = std::min(horizon.value_or(end.time), end.time);
    }
    std::ranges::sort(timed, {}, [](const Timed& one) { return std::pair{one.time, one.place}; });

    TailPage page;
    page.more = horizon.has_value();
    for (Timed& one : timed) {
        if (horizon && one.time > *horizon) break;
        page.activations.push_back(std::move(one.activation));
    }
    return page;
}

}  // namespace durable::client
