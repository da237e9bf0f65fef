#pragma once
// The input of scheduled runs on its way into a schedule's row and back: compressed and encrypted under the
// tenant's or the person's key as any other payload, and whole, since no run is there yet that could use what
// is stored apart. Runs get it as it stands in the row. Included by the store's schedule files only.

#include <string>

#include "engine/schedule/spec.hpp"
#include "engine/store/payload_gate.hpp"

namespace durable::store {

/// Into the form of rows; the person's name goes, and the keyed hash of it comes. Throws PayloadTooLarge.
void seal_input(PayloadGate& gate, ScheduledWorkflow& workflow);
/// Encrypts what a row holds if it is to be and is not yet: it was written before there were keys, or by
/// somebody who has none. False: nothing had to change.
bool seal_stored_input(PayloadGate& gate, ScheduledWorkflow& stored);
/// Back, for people and for comparisons. Returns why it is a tombstone, or "".
[[nodiscard]] std::string open_input(PayloadGate& gate, ScheduledWorkflow& stored);

/// Whose wishes for a schedule's input count more than what is stored and cannot be read here.
enum class Wish : std::uint8_t {
    /// Somebody's who has seen the schedule: another input than he was shown replaces it.
    order,
    /// A program's: it replaces an erased one; one whose key is elsewhere is left to workers that have it.
    declaration,
};
/// A spec against what a row holds.
struct ComparedSpec {
    bool same = false;
    ScheduleSpec row{};  ///< what the row is to hold
};
/// Throws schedule::ScheduleError when an input that cannot be read would go to another tenant, and
/// PayloadTooLarge.
[[nodiscard]] ComparedSpec compare_spec(PayloadGate& gate, const ScheduleSpec& stored, ScheduleSpec wanted,
                                        Wish wish);

}  // namespace durable::store
