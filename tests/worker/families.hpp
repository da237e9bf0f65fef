#pragma once
// Workflows with relatives, for the worker's tests: parents and children, chains that go on as new, publishers.

#include "tests/worker/world.hpp"

namespace durable::test {

/// How a parent starts its children, and what it does then.
struct Family {
    int children = 1;
    std::string ids = "child";  ///< "<ids>-<number>"
    std::string close_policy = "terminate";
    bool reuse_rejected = false;
    int child_input = 1;  ///< what the children are asked to add one to
    std::string queue{};
};
BOOST_DESCRIBE_STRUCT(Family, (), (children, ids, close_policy, reuse_rejected, child_input, queue))

/// Starts children of type `sequence`, all at once; the sum of their results.
inline constexpr WorkflowType<Family, int> parent_of_sequences{"parent_of_sequences"};
/// Starts children that wait for their amounts, and sums up. Publishes "born" when they have been started.
inline constexpr WorkflowType<Family, int> parent_of_adders{"parent_of_adders"};
/// Starts a parent_of_adders as its child, which has one child itself.
inline constexpr WorkflowType<Family, int> grandparent{"grandparent"};
/// Orders children and ends without waiting for anything.
inline constexpr WorkflowType<Family, int> careless_parent{"careless_parent"};
/// Starts one child and tells how that went: "started", or the failure.
inline constexpr WorkflowType<Family, std::string> curious_parent{"curious_parent"};
/// Takes `left` amounts, going on as new after every `per_run` of them; gives them in order.
struct Tally {
    int left = 0;
    std::vector<int> seen{};
    int per_run = 1;
};
BOOST_DESCRIBE_STRUCT(Tally, (), (left, seen, per_run))
inline constexpr WorkflowType<Tally, std::vector<int>> tally{"tally"};
/// Starts a tally as its child.
inline constexpr WorkflowType<Tally, std::vector<int>> parent_of_tally{"parent_of_tally"};
/// Starts a child of adders, goes on as new, and waits for an amount then.
inline constexpr WorkflowType<int, int> restless_parent{"restless_parent"};

/// Goes on as new that many times, then gives seven.
inline constexpr WorkflowType<int, int> countdown{"countdown"};
/// Starts a countdown from two as its child in the queue "there"; adds one to what it gives.
inline constexpr WorkflowType<Nothing, int> parent_of_countdown{"parent_of_countdown"};

inline constexpr StateKey<int> born{"born"};
inline constexpr Query<Nothing, std::vector<int>> seen_so_far{"seen_so_far"};

void add_families(WorkflowRegistry& registry);

}  // namespace durable::test
