#pragma once
// Whose turn a run is, and how often, when more runs are due in a queue than its workers take.

#include <string>

namespace durable {

struct QueueShare {
    /// 1 (first) to 5 (last). While a run of a lower number is due, those of higher numbers wait.
    int priority = 3;
    /// Runs with one key take turns with those of other keys: a key's backlog delays nobody else's first run.
    /// At most 200 bytes. Empty: the tenant.
    std::string fairness_key{};
    /// Turns that the key gets for one turn of a key with weight 1: 0.001 to 1000. An operator's weight for
    /// the key (`callflex queue weight`) overrides it.
    double weight = 1;

    bool operator==(const QueueShare&) const = default;
};

/// How many runs with one key are under way at once: the others have started, but their code waits, first
/// come first served, until one of them ends or continues as new. The key's semaphore is "runs:<key>"; an
/// operator may change its capacity.
struct RunLimit {
    std::string key;      ///< 1 to 190 bytes
    int concurrency = 1;  ///< counts if the key is new
    bool operator==(const RunLimit&) const = default;

    [[nodiscard]] std::string resource() const { return "runs:" + key; }
};

/// What is wrong with it, for the end of a sentence; empty if nothing.
[[nodiscard]] std::string problem_with(const QueueShare& share);
[[nodiscard]] std::string problem_with(const RunLimit& limit);

}  // namespace durable
