// What a turn takes of what has arrived: results, messages, timers.
//
// A stream of signals must not be handed to code faster than the code receives it: what is handed over and not
// received goes into the history of this run, and of each next one of its chain. So they come a page at a time, and
// while code that listens has enough of them and is about to go on by itself, the rest stays in the inbox.

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/worker/relatives.hpp"
#include "engine/worker/turn.hpp"
#include "engine/worker/updates.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::worker {
namespace {

using replay::Blocked;
using replay::SignalSupply;
using store::RunCommit;

/// Unread signals that code is given before it has run, or while there is other news for it.
constexpr std::size_t signals_at_hand = 100;
/// Below this a run that waits for its own activities is given more.
constexpr std::size_t signals_low = signals_at_hand / 2;
/// A timer that is due so soon is worth holding the run for.
constexpr std::chrono::seconds soon{10};

bool is_signal(const store::InboxMessage& message) {
    return message.unreadable.empty() &&
           std::holds_alternative<history::SignalReceived>(history::decode_event(message.event));
}

template <class T>
std::optional<EventId> scheduled_by(const history::Event& event) {
    const auto* result = std::get_if<T>(&event);
    return result == nullptr ? std::nullopt : std::optional{result->scheduled};
}

std::optional<EventId> settles(const history::Event& event) {
    const auto completed = scheduled_by<history::ActivityCompleted>(event);
    return completed ? completed : scheduled_by<history::ActivityFailed>(event);
}

/// Something that happens in this worker will wake the code, whatever the inbox says.
bool goes_on_by_itself(const HeldRun& run, Timestamp now) {
    const bool attempts =
        std::ranges::any_of(run.eager, [](const auto& entry) { return !entry.second.recorded; });
    const auto wake_at = run.execution->wake_at();
    return attempts || (wake_at && *wake_at <= now + soon);
}

}  // namespace

/// Code must not meet a tombstone where a value was.
Blocked Turn::unreadable(const std::string& why) {
    return {Blocked::Kind::undecodable, why, {}};
}

bool leaves_signals(const HeldRun& run, Timestamp now) {
    return run.execution && !run.take_all && !run.all_signals &&
           run.execution->signal_supply() == SignalSupply::plentiful &&
           run.execution->unread_signals() >= signals_low && goes_on_by_itself(run, now);
}

std::optional<Blocked> Turn::collect() {
    run_.sent.results = std::exchange(run_.results, {});
    for (const history::Event& result : run_.sent.results) accept(result);
    std::vector<history::Event> timers = run_.execution->due_timers(now_);
    run_.sent.inbox_head = run_.inbox_head;
    try {
        if (auto blocked = read_inbox(signals_wanted(!arrived_.empty() || !timers.empty()))) return blocked;
    } catch (const DecodeError& error) {
        return Blocked{Blocked::Kind::undecodable, std::string{"a message: "} + error.what(), {}};
    }
    std::ranges::move(timers, std::back_inserter(arrived_));
    return std::nullopt;
}

/// How many signals this turn may hand over. `news`: it has something else to do.
std::size_t Turn::signals_wanted(bool news) const {
    if (run_.take_all || run_.all_signals) return std::numeric_limits<std::size_t>::max();
    if (run_.inbox.empty()) return 0;
    const std::size_t unread = run_.execution->unread_signals();
    const std::size_t missing = unread < signals_at_hand ? signals_at_hand - unread : 0;
    const bool plentiful = run_.execution->signal_supply() == SignalSupply::plentiful;
    if (first_activation_ || (plentiful && news)) return missing;
    return eager_allowed_ && leaves_signals(run_, now_) ? 0 : inbox_page;
}

/// In order. Signals beyond those that are wanted are passed on only if something else has come after them.
std::optional<Blocked> Turn::read_inbox(std::size_t signals) {
    for (const store::InboxMessage& message : run_.inbox) {
        if (!message.unreadable.empty()) return unreadable(message.unreadable);
        history::Event event = history::decode_event(message.event);
        if (std::holds_alternative<history::SignalReceived>(event)) {
            left_signals_ = signals == 0 && message.sequence > last_other();
            if (left_signals_) return std::nullopt;
            signals -= signals > 0 ? 1 : 0;
        }
        if (!take_message(message, std::move(event))) return std::nullopt;
        run_.sent.inbox_head = message.sequence;
    }
    return std::nullopt;
}

/// The last message loaded that is something else than a signal; each message is looked at once.
std::int64_t Turn::last_other() {
    const auto fresh =
        std::ranges::upper_bound(run_.inbox, run_.looked_until, {}, &store::InboxMessage::sequence);
    for (auto message = fresh; message != run_.inbox.end(); ++message) {
        if (!is_signal(*message)) run_.last_other = message->sequence;
    }
    run_.looked_until = run_.inbox_read();
    return run_.last_other;
}

/// The code goes on as new in want of a signal that may be among those that were left: it must see them first.
bool Turn::overlooks_signals(const RunCommit& commit) const {
    const bool page_taken = run_.page_full && run_.sent.inbox_head == run_.inbox_read();
    return commit.continued && (left_signals_ || page_taken) && !run_.take_all && !run_.all_signals &&
           run_.execution->signal_supply() == SignalSupply::lacking;
}

bool Turn::cancel_received() const {
    const auto is_request = [](const history::Event& event) {
        return std::holds_alternative<history::CancelRequested>(event);
    };
    return !run_.execution->expects(history::CancelRequested{}) || std::ranges::any_of(arrived_, is_request);
}

/// False if it has to wait for the next activation.
bool Turn::take_message(const store::InboxMessage& message, history::Event event) {
    if (const auto* update = std::get_if<history::UpdateAccepted>(&event)) return take_up(*update);
    // A result for an earlier run of the chain would be taken for one of this run's.
    if (message.run != run_.run && !is_for_chain(event)) return true;
    if (const auto* ordered = std::get_if<history::ActivityOrdered>(&event)) {
        heed(*ordered);
    } else {
        accept(std::move(event));
    }
    return true;
}

/// False if it waits for the next activation, and with it everything behind it. When the run was about to end
/// without having read all messages, nothing may wait: then an update is judged where it stands, and one that
/// comes before the code has ever run is told so.
bool Turn::take_up(const history::UpdateAccepted& update) {
    const bool over = run_.execution->past_deadline(now_);
    if (over || (first_activation_ && run_.take_all)) {
        turned_down_.push_back(too_late(update, !over));
        return true;
    }
    replay::UpdateVerdict verdict = run_.execution->judge(update, !arrived_.empty() && !run_.take_all);
    if (verdict.kind == replay::UpdateVerdict::Kind::later) return false;
    if (verdict.kind == replay::UpdateVerdict::Kind::accept) {
        arrived_.emplace_back(update);
    } else {
        turned_down_.push_back(turned_down(update, std::move(verdict.reason)));
    }
    return true;
}

/// Somebody has answered for an activity that runs here, an operator perhaps, or its own transaction.
void Turn::let_go(EventId activity) {
    const auto eager = run_.eager.find(activity);
    if (eager == run_.eager.end()) return;
    eager->second.control->ask_to_stop();
    run_.eager.erase(eager);
}

/// An operator's order for an activity that has no row: if it fails, it gets one, to which the order is applied.
void Turn::heed(const history::ActivityOrdered& ordered) {
    const auto eager = run_.eager.find(ordered.scheduled);
    if (eager == run_.eager.end()) return;
    eager->second.ordered = true;
    if (ordered.stop) eager->second.control->ask_to_stop();
}

void Turn::accept(history::Event event) {
    const auto activity = settles(event);
    if (activity) let_go(*activity);
    if (!run_.execution->expects(event)) return;
    if (activity && !settled_now_.insert(*activity).second) return;
    arrived_.push_back(std::move(event));
}

}  // namespace durable::worker
