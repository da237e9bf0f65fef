#include "engine/trap/determinism_trap.hpp"

#include <utility>

namespace durable::trap {
namespace {

/// The trap that stands on this thread.
thread_local DeterminismTrap* standing = nullptr;

replay::Blocked blocked_by(const Caught& caught, const replay::Execution& execution, EventId first_event) {
    std::string workflow = execution.activations() > 0 ? execution.started().type : "a workflow";
    return {.kind = replay::Blocked::Kind::nondeterministic,
            .reason = "the code of " + std::move(workflow) + " called " + caught.symbol + " (" +
                      caught.family + ") in the activation that begins at event " +
                      std::to_string(first_event.value) +
                      ": a replay would get another answer; what it needs of the world comes from an "
                      "activity, time from now(), chance from random()",
            .mismatch = std::nullopt};
}

}  // namespace

// Asking whether there are such symbols also makes the linker take the file that has them.
DeterminismTrap::DeterminismTrap() : outer_(available() ? std::exchange(standing, this) : nullptr) {}
DeterminismTrap::~DeterminismTrap() {
    if (available()) standing = outer_;
}

bool DeterminismTrap::spring(const char* symbol, const char* family) noexcept {
    if (standing == nullptr) return false;
    if (!standing->caught_) standing->caught_ = Caught{symbol, family};
    return true;
}

std::optional<replay::Blocked> replay(replay::Execution& execution, const history::Activation& recorded) {
    const DeterminismTrap trap;
    auto blocked = execution.replay(recorded);
    if (const auto caught = trap.caught()) return blocked_by(*caught, execution, recorded.first_event);
    return blocked;
}

replay::Execution::Result activate(replay::Execution& execution, std::vector<history::Event> arrived,
                                   Timestamp now) {
    const EventId first_event = execution.next_event();
    const DeterminismTrap trap;
    auto result = execution.activate(std::move(arrived), now);
    if (const auto caught = trap.caught()) {
        return {std::nullopt, blocked_by(*caught, execution, first_event)};
    }
    return result;
}

}  // namespace durable::trap
