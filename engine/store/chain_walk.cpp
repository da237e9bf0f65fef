#include "engine/store/chain_walk.hpp"

#include <algorithm>

#include "engine/replay/fork_point.hpp"
#include "engine/store/reset.hpp"

namespace durable::store {
namespace {

const history::WorkflowStarted& start_of(const history::History& history) {
    return std::get<history::WorkflowStarted>(history.front().arrived.front());
}

std::optional<RunId> next_of(const history::History& history) {
    if (history.back().commands.empty()) return std::nullopt;
    return successor(history.back().commands.back());
}

}  // namespace

history::History history_of(pqxx::transaction_base& tx, RunId run) {
    history::History history;
    for (const HistoryRow& row : load_history(tx, run)) {
        history.push_back(history::decode_activation(row.first_event, row.bytes));
    }
    return history;
}

std::optional<RunId> successor(const history::Event& end) {
    if (const auto* onward = std::get_if<history::WorkflowContinuedAsNew>(&end)) return onward->run;
    if (const auto* ended = std::get_if<history::WorkflowTerminated>(&end)) return ended->reset_to;
    const std::optional<history::NextAttempt>* next = nullptr;
    if (const auto* failed = std::get_if<history::WorkflowFailed>(&end)) next = &failed->next;
    if (const auto* late = std::get_if<history::WorkflowTimedOut>(&end)) next = &late->next;
    if (next == nullptr || !*next) return std::nullopt;
    return (*next)->run;
}

RunId last_of_chain(pqxx::transaction_base& tx, RunId run) {
    constexpr int runs_max = 100'000;
    for (int i = 0; i < runs_max; ++i) {
        const std::optional<Closed> ended = closed(tx, run);
        if (!ended || !ended->last) return run;
        const auto last = history::decode_activation(ended->last->first_event, ended->last->bytes);
        const auto next = last.commands.empty() ? std::nullopt : successor(last.commands.back());
        if (!next) return run;
        run = *next;
    }
    return run;
}

void ChainWalk::take(const history::Event& message) {
    const bool signal = std::holds_alternative<history::SignalReceived>(message);
    if (signal && skip_ > 0) {
        --skip_;
        return;
    }
    messages_.push_back(message);
}

void ChainWalk::from(RunId run, EventId after) {
    std::optional<RunId> next = run;
    while (next && runs_.insert(*next).second) {
        const history::History history = history_of(tx_, *next);
        if (history.empty()) return;
        const auto& forked = start_of(history).forked;
        // A run that took another's place began with its history, and was told anew what had come after it.
        if (*next != run && forked && forked->reset) {
            after = forked->after;
            skip_ = forked->resent;
        }
        for (const history::Event& message : replay::messages_after(history, after)) take(message);
        after = EventId{0};
        next = next_of(history);
    }
}

void ChainWalk::branch_of(RunId newest) {
    if (runs_.contains(newest)) return;
    std::vector<RunId> branch;
    std::optional<RunId> run = newest;
    std::optional<history::Forked> root;
    while (run && !runs_.contains(*run)) {
        branch.push_back(*run);
        const auto first = load_history(tx_, *run);
        if (first.empty()) return;
        const auto activation = history::decode_activation(first.front().first_event, first.front().bytes);
        const auto& started = std::get<history::WorkflowStarted>(activation.arrived.front());
        root = started.forked;
        if (root) break;
        run = started.continued_from;
    }
    if (!root || !root->reset) return;
    skip_ = root->resent;
    from(branch.back(), root->after);
}

void ChainWalk::waiting(const std::vector<std::string>& inbox) {
    for (const std::string& bytes : inbox) {
        const history::Event event = history::decode_event(bytes);
        if (replay::is_message(event)) take(event);
    }
}

}  // namespace durable::store
