#pragma once
// One turn of one held run: what has arrived goes into the coroutine, what it answers becomes a RunCommit. No
// I/O, no clock, no threads.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store/types.hpp"
#include "engine/worker/held_run.hpp"
#include "engine/worker/slots.hpp"

namespace durable::worker {

/// What turns need to know of the worker.
struct TurnSettings {
    std::string queue = "default";
    std::string build;
    const WorkflowRegistry& workflows;
    const ActivityRegistry& activities;
    Slots& async_slots;
    Slots& transactional_slots;
    PayloadLimits payload_limits{};
};

/// Why a run is blocked, as rows, lists and metrics call it: indexed by Blocked::Kind.
inline constexpr std::array<std::string_view, 6> blocked_kinds{
    "mismatch", "escaped_exception", "unknown_type", "undecodable", "invalid_command", "nondeterministic"};

/// What turns count, for metrics.
struct TurnCounts {
    std::uint64_t activations = 0;
    std::uint64_t replays = 0;
    std::uint64_t replayed_events = 0;
    /// Activations that blocked their run, by cause: indexed by Blocked::Kind.
    std::array<std::uint64_t, blocked_kinds.size()> blocked{};
    std::uint64_t eager_started = 0;
    std::uint64_t rows_written = 0;
};

class Turn {
  public:
    /// `now`: the latest database time received. `eager_allowed`: activities may be started here.
    Turn(const TurnSettings& settings, TurnCounts& counts, HeldRun& run, Timestamp now, bool eager_allowed);

    /// The commit, or nothing when there is nothing to write and the run stays. `run.sent` is what goes with
    /// it. Nothing as well when `run.overlooked`: the code must be given all signals, and asked again.
    [[nodiscard]] std::optional<store::RunCommit> take();

  private:
    [[nodiscard]] std::optional<replay::Blocked> catch_up();
    // What has arrived (turn_inbox.cpp).
    [[nodiscard]] std::optional<replay::Blocked> collect();
    [[nodiscard]] std::size_t signals_wanted(bool news) const;
    [[nodiscard]] std::optional<replay::Blocked> read_inbox(std::size_t signals);
    [[nodiscard]] std::int64_t last_other();
    [[nodiscard]] bool overlooks_signals(const store::RunCommit& commit) const;
    [[nodiscard]] bool cancel_received() const;
    [[nodiscard]] static replay::Blocked unreadable(const std::string& why);
    [[nodiscard]] bool take_message(const store::InboxMessage& message, history::Event event);
    [[nodiscard]] bool take_up(const history::UpdateAccepted& update);
    void accept(history::Event event);
    void let_go(EventId activity);
    void heed(const history::ActivityOrdered& ordered);
    // Its turn.
    [[nodiscard]] std::optional<replay::Blocked> activate(store::RunCommit& commit);
    // Turns that run no code (turn_ends.cpp).
    void time_out(store::RunCommit& commit);
    [[nodiscard]] std::optional<store::RunCommit> park();
    [[nodiscard]] std::optional<store::RunCommit> fail(const replay::Blocked& blocked);
    [[nodiscard]] bool waits_for_attempts() const;
    void note_unread(store::RunCommit& commit, std::size_t before) const;
    void record(store::RunCommit& commit, const replay::Activated& activated);
    [[nodiscard]] std::optional<replay::Blocked> too_large(const store::RunCommit& commit,
                                                           const replay::Activated& activated);
    void place_activities(store::RunCommit& commit, EventId first_new);
    void ask_again_for_units(store::RunCommit& commit, EventId first_new) const;
    void place_new(store::RunCommit& commit, const replay::PendingActivity& pending);
    void place_orphan(store::RunCommit& commit, const replay::PendingActivity& pending);
    void pass_on_cancellations(store::RunCommit& commit, const history::Activation& activation);
    void find_abandoned();
    void settle_rest(store::RunCommit& commit);
    void cancel_row(store::RunCommit& commit, EventId activity);
    [[nodiscard]] const std::string& queue_of(const history::ActivityScheduled& command) const;
    void choose_next(store::RunCommit& commit);
    [[nodiscard]] bool stays_here(const history::ActivityScheduled& command) const;
    [[nodiscard]] SlotLease eager_slot(const history::ActivityScheduled& command) const;
    [[nodiscard]] ActivityFacts facts_of_pending(const replay::PendingActivity& pending) const;
    [[nodiscard]] store::RunCommit blank() const;
    [[nodiscard]] store::RunCommit block(const replay::Blocked& blocked);

    const TurnSettings& settings_;
    TurnCounts& counts_;
    HeldRun& run_;
    Timestamp now_;
    bool eager_allowed_;
    std::vector<history::Event> arrived_;
    std::vector<store::UpdateStep> turned_down_;  ///< without a trace in the history
    std::set<EventId> settled_now_;
    bool first_activation_ = false;
    bool left_signals_ = false;  ///< there were more than were wanted
    EventId recorded_until_{};   ///< last event of the history that was loaded
};

/// Messages of a run that are loaded at a time.
inline constexpr std::int32_t inbox_page = 200;
/// What waits in its inbox beyond the messages at hand may stay there: its code has enough of them, and goes on by
/// itself.
[[nodiscard]] bool leaves_signals(const HeldRun& run, Timestamp now);

/// 1 s doubling to 10 min.
[[nodiscard]] Duration blocked_backoff(std::int32_t failures);

}  // namespace durable::worker
