#pragma once
// What batch jobs can do: a table, one row a verb. Another verb is another row there, and in BatchArguments what it
// needs to know beyond its item; finding items, pages, rates, crashes and records are none of its business.

#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <string_view>

#include "engine/store/batches.hpp"

namespace durable::store {

/// What a verb is carried out on.
struct BatchItem {
    RunId run;
    std::string queue{};  ///< of the run
    EventId activity{0};  ///< the event that scheduled it; 0: the run itself
};

/// One item of a job, inside a savepoint of the page's transaction.
struct BatchTask {
    pqxx::transaction_base& tx;
    const BatchRequest& request;
    const BatchItem& item;
    const BatchTools& tools;
};

/// What became of it, and whom to tell once the page has committed.
struct BatchReached {
    std::optional<std::string> skipped{};  ///< why: it was so already, or the verb does not fit
    std::string messages{};                ///< queues as in BatchPage; "": none
    std::string runs_ready{};
    std::string activities_ready{};
    std::optional<RunId> closed{};
};

struct BatchRule {
    BatchVerb verb;
    std::string_view name;
    BatchScope (*scope)(const BatchArguments&);
    /// The page locks its open runs before the first one is acted on. Otherwise the verb looks for itself whether its
    /// item is still there, and locks in an order of its own.
    bool locks_runs;
    /// Throws std::invalid_argument.
    void (*check)(const BatchArguments&);
    /// Leaves the audit row. What it throws fails the item alone.
    BatchReached (*act)(const BatchTask&);
};

[[nodiscard]] std::span<const BatchRule> batch_rules();
[[nodiscard]] const BatchRule& rule_of(BatchVerb verb);
/// Null: a newer program's verb.
[[nodiscard]] const BatchRule* rule_named(std::string_view name);

}  // namespace durable::store
