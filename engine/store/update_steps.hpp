#pragma once
// The part of a batch that answers updates and sends messages to other workflows. A batch whose commits
// have none of it sends none of these statements.

#include <vector>

#include "engine/store/batch_steps.hpp"

namespace durable::store {

void append_updates(std::vector<Step>& steps, const SortedCommits& commits);
/// As errands: "order_externals".
void append_externals(std::vector<Step>& steps, const SortedCommits& commits);
/// How many signals runs leave unread, for those whose figure is to be noted.
void append_unread(std::vector<Step>& steps, const SortedCommits& commits);

}  // namespace durable::store
