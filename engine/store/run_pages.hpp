#pragma once
// Runs with everything that a replay of them needs, a page at a time, for engine/deploy: read-only, in the
// caller's snapshot, so that all pages belong together. Not thread-safe beyond the transaction given.

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/store/types.hpp"

namespace durable::store {

struct StoredRun {
    RunId run;
    RunId chain;
    WorkflowId workflow;
    std::string type;
    bool open = true;
    std::optional<std::string> build;  ///< the only one that may claim it
    std::vector<HistoryRow> history;
    std::vector<InboxMessage> inbox;  ///< of an open run: beyond what it has taken
};

struct OpenRuns {
    std::int64_t count = 0;
    Timestamp now;  ///< of the snapshot
};
[[nodiscard]] OpenRuns count_open(pqxx::transaction_base& tx, const std::string& queue);
/// By run id, from the one after `after`. Without histories and inboxes: see fill().
[[nodiscard]] std::vector<StoredRun> open_page(pqxx::transaction_base& tx, const std::string& queue,
                                               RunId after, int page);
/// The newest closed runs of each type, `each` at most, among the newest `looked_at` runs of the queue.
[[nodiscard]] std::vector<StoredRun> newest_closed(pqxx::transaction_base& tx, const std::string& queue,
                                                   int each, int looked_at);
/// Reads the histories, and the inboxes of those that are open.
void fill(pqxx::transaction_base& tx, std::vector<StoredRun>& runs);

}  // namespace durable::store
