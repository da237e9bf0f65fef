#pragma once
// The part of a batch that concerns other runs: children, chains that go on, reports, published state. A
// batch whose commits have none of it sends none of these statements.

#include <vector>

#include "engine/store/batch_steps.hpp"

namespace durable::store {

/// Search attributes: those of children that were not started find no run, and go nowhere.
void append_attributes(std::vector<Step>& steps, const SortedCommits& commits);
void append_child_starts(std::vector<Step>& steps, const SortedCommits& commits);
void append_continuations(std::vector<Step>& steps, WorkerNo worker, const SortedCommits& commits);
/// Before the runs are released: what is posted keeps them due.
void append_posts(std::vector<Step>& steps, const SortedCommits& commits);
void append_published(std::vector<Step>& steps, const SortedCommits& commits);
/// Reports to parents and cancel requests to children.
void append_errands(std::vector<Step>& steps, const SortedCommits& commits);

}  // namespace durable::store
