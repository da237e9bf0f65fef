#pragma once
// Queues for operators: what waits in them and since when, who serves them, how fast; pausing them; weights
// of fairness keys. Verbs run *inside a caller's transaction*, and leave an audit row. Not thread-safe beyond
// it.

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/workflow/time.hpp"

namespace durable::store {

struct QueuePause {
    Timestamp since;
    std::string identity;
    std::string reason;
};

/// Runs, or activity rows, of a queue.
struct Backlog {
    std::int64_t due = 0;                   ///< wait for nothing but a worker, or their turn
    std::optional<Timestamp> oldest_due{};  ///< since when the first of these has waited
    std::int64_t later = 0;                 ///< for their time; runs that wait for a message are in neither
    std::int64_t held = 0;                  ///< by workers
};

/// Over the last 30 s.
struct QueueRates {
    double runs_started = 0;  ///< by the database's count; the rest is what live workers say
    double runs_claimed = 0;
    double runs_closed = 0;
    double rows_claimed = 0;
};

struct QueueInfo {
    std::string queue;
    std::optional<QueuePause> paused{};
    Backlog runs{};
    Backlog rows{};
    int workers = 0;  ///< with a live lease
    QueueRates rates{};
};

/// A line with something due in it.
struct LineInfo {
    int priority = 3;
    std::string key;
    std::int64_t due = 0;
    Timestamp oldest_due;
    std::optional<double> weight{};  ///< an operator's
};
struct KeyWeight {
    std::string key;
    double weight = 1;
};
struct QueueDetails {
    QueueInfo info;
    std::vector<LineInfo> run_lines;  ///< the longest ones, at most as many as asked for
    std::vector<LineInfo> row_lines;  ///< activity rows, by priority and limit key or tenant
    std::vector<KeyWeight> weights;
    Timestamp now;
};

/// Every queue that has work, a live worker, or an operator's decision; by name.
[[nodiscard]] std::vector<QueueInfo> list_queues(pqxx::transaction_base& tx);
/// Empty figures for a queue that nobody knows: a queue exists by being named.
[[nodiscard]] QueueDetails describe_queue(pqxx::transaction_base& tx, const std::string& queue,
                                          std::int32_t lines_max = 20);

/// Cheap.
[[nodiscard]] std::optional<QueuePause> pause_of_queue(pqxx::transaction_base& tx, const std::string& queue);

struct OperatorAct {
    std::string reason;
    std::string identity;
};
/// From its commit on nothing is claimed from the queue; workers start no eager activities half a second
/// later. What runs already ends, and is recorded. False: it was paused already, and stays as it was. Throws
/// std::invalid_argument.
bool pause_queue(pqxx::transaction_base& tx, const std::string& queue, const OperatorAct& act);
bool unpause_queue(pqxx::transaction_base& tx, const std::string& queue, const OperatorAct& act);
/// Overrides what starts say; none: no longer. Throws std::invalid_argument for anything but 0.001 to 1000.
void set_weight(pqxx::transaction_base& tx, const std::string& queue, const std::string& key,
                std::optional<double> weight, const OperatorAct& act);

}  // namespace durable::store
