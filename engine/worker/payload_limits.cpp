#include "engine/worker/payload_limits.hpp"

#include <fmt/format.h>

#include "engine/replay/payload_fields.hpp"

namespace durable::worker {
namespace {

std::string size_text(std::size_t bytes) {
    constexpr double kibi = 1024.0;
    const double size = static_cast<double>(bytes);
    return size < kibi * kibi ? fmt::format("{:.0f} KiB", size / kibi)
                              : fmt::format("{:.1f} MiB", size / kibi / kibi);
}

/// "the input of activity summarize"
struct Name {
    std::string operator()(const history::ActivityScheduled& e) const {
        return "the input of activity " + e.type;
    }
    std::string operator()(const history::ChildInitiated& e) const { return "the input of child " + e.type; }
    std::string operator()(const history::StatePublished& e) const { return "the published value " + e.key; }
    std::string operator()(const history::SideEffectRecorded&) const { return "the value of a side effect"; }
    std::string operator()(const history::WorkflowCompleted&) const { return "the result of the workflow"; }
    std::string operator()(const history::WorkflowContinuedAsNew&) const {
        return "the input of the next run, or a signal handed on to it";
    }
    template <class Event>
    std::string operator()(const Event& e) const {
        return "a payload of " + std::string{history::kind_name(e)};
    }
};

struct Source {
    template <class Event>
    std::string operator()(const Event& event) const {
        if constexpr (requires { std::string{event.source}; }) return event.source;
        return {};
    }
};

std::string describe(const history::Event& command, std::size_t size, std::size_t limit) {
    const std::string source = std::visit(Source{}, command);
    return fmt::format("{}{} has {} of JSON; {} are allowed", std::visit(Name{}, command),
                       source.empty() ? "" : " at " + source, size_text(size), size_text(limit));
}

/// The first command with a payload above `limit`.
std::optional<std::string> find_above(const history::Activation& activation, std::size_t limit) {
    for (history::Event command : activation.commands) {
        std::size_t largest = 0;
        history::for_each_payload(
            command, [&](const Payload& payload) { largest = std::max(largest, payload.json.size()); });
        if (largest > limit) return describe(command, largest, limit);
    }
    return std::nullopt;
}

}  // namespace

std::optional<Failure> result_too_large(const history::ActivityScheduled& activity, const Payload& result,
                                        const PayloadLimits& limits) {
    if (result.json.size() <= limits.error) return std::nullopt;
    Failure failure;
    failure.type = "PayloadTooLarge";
    failure.message = fmt::format(
        "the result of activity {}{} has {} of JSON; {} are allowed: return a reference to it instead",
        activity.type, activity.source.empty() ? "" : ", scheduled at " + activity.source,
        size_text(result.json.size()), size_text(limits.error));
    failure.retryable = false;
    return failure;
}

std::optional<replay::Blocked> command_too_large(const history::Activation& activation, std::size_t bytes,
                                                 const PayloadLimits& limits) {
    if (bytes <= limits.error) return std::nullopt;
    auto found = find_above(activation, limits.error);
    if (!found) return std::nullopt;
    return replay::Blocked{replay::Blocked::Kind::invalid_command, *std::move(found), {}};
}

std::optional<std::string> large_payload(const history::Activation& activation, std::size_t bytes,
                                         const PayloadLimits& limits) {
    if (bytes <= limits.warn) return std::nullopt;
    return find_above(activation, limits.warn);
}

}  // namespace durable::worker
