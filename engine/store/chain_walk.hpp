#pragma once
// What a chain has been told after some point of one of its runs: walks from run to run as they took over from each
// other. For resets only; reads whole histories.

#include <pqxx/pqxx>
#include <set>
#include <vector>

#include "engine/store/runs.hpp"

namespace durable::store {

class ChainWalk {
  public:
    explicit ChainWalk(pqxx::transaction_base& tx) : tx_(tx) {}

    /// The messages of `run` after event `after`, and of every run that came of it.
    void from(RunId run, EventId after);
    /// What the chain's newest run knows that was not met on the way: it came of a run that had closed and was reset.
    void branch_of(RunId newest);
    /// What waits in the inbox, encoded, in order.
    void waiting(const std::vector<std::string>& inbox);

    [[nodiscard]] const std::vector<history::Event>& messages() const { return messages_; }
    /// The runs that were met.
    [[nodiscard]] const std::set<RunId>& runs() const { return runs_; }

  private:
    void take(const history::Event& message);

    pqxx::transaction_base& tx_;
    std::set<RunId> runs_;
    std::vector<history::Event> messages_;
    int skip_ =
        0;  ///< signals to come that a reset delivered again: they have been met where they came first
};

/// A run's whole history, decoded.
[[nodiscard]] history::History history_of(pqxx::transaction_base& tx, RunId run);

}  // namespace durable::store
