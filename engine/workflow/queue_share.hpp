#pragma once
// Whose turn a run is, and how often, when more runs are due in a queue than its workers take.

#include <boost/describe.hpp>
#include <string>

namespace durable {

struct QueueShare {
    /// 1 (first) to 5 (last). While a run of a lower number is due, those of higher numbers wait.
    int priority = 3;
    /// Runs with one key take turns with those of other keys: a key's backlog delays nobody else's first run. At most
    /// 200 bytes. Empty: the tenant.
    std::string fairness_key{};
    /// Turns that the key gets for one turn of a key with weight 1: 0.001 to 1000. An operator's weight for the key
    /// (`callflex queue weight`) overrides it.
    double weight = 1;

    bool operator==(const QueueShare&) const = default;
};
BOOST_DESCRIBE_STRUCT(QueueShare, (), (priority, fairness_key, weight))

/// What is wrong with it, for the end of a sentence; empty if nothing.
[[nodiscard]] std::string problem_with(const QueueShare& share);

}  // namespace durable
