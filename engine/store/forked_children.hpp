#pragma once
// What becomes of the children of a run that begins anew from a point of its history. For reset.cpp.

#include <pqxx/pqxx>
#include <set>
#include <vector>

#include "engine/replay/fork_point.hpp"
#include "engine/store/types.hpp"

namespace durable::store {

class ForkedChildren {
  public:
    /// `chain`: of the parent; `run`: the one that goes on.
    ForkedChildren(pqxx::transaction_base& tx, RunId chain, RunId run) : tx_(tx), chain_(chain), run_(run) {}

    /// Those that are open report to the run from now on; gives the news of those that have closed, and of starts.
    [[nodiscard]] std::vector<history::Event> keep(const std::vector<replay::ChildAtPoint>& children);
    /// Terminates those that the given runs have started and that are not kept; how many were open.
    int end_later(const std::set<RunId>& runs);
    /// For a fork: how they ended, or that they are not its own.
    [[nodiscard]] std::vector<history::Event> disown(const std::vector<replay::ChildAtPoint>& children);

  private:
    [[nodiscard]] bool tie(const replay::ChildAtPoint& child, RunId newest);
    [[nodiscard]] std::optional<history::Event> outcome(RunId child, RunId newest);

    pqxx::transaction_base& tx_;
    const RunId chain_;
    const RunId run_;
    std::set<RunId> kept_;
};

}  // namespace durable::store
