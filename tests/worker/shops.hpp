#pragma once
// Workflows that are told things, for the worker's tests: shops take updates, tellers tell others.

#include "tests/worker/world.hpp"

namespace durable::test {

/// How a shop goes on.
struct Shop {
    int sales_left = 0;   ///< it ends after so many sales, however often it has gone on as new
    int sales_a_run = 0;  ///< goes on as new after every so many; 0: never
    std::vector<int> sold{};
    bool patient = false;  ///< lets sales under way end before it ends or goes on
};
BOOST_DESCRIBE_STRUCT(Shop, (), (sales_left, sales_a_run, sold, patient))

/// Sells numbers, by update and by signal, and gives all that were sold, in order.
inline constexpr WorkflowType<Shop, std::vector<int>> shop{"shop"};
/// Gives how many have been sold. Negative numbers are rejected.
inline constexpr Update<int, int> sell{"sell"};
/// The same with an activity on the way.
inline constexpr Update<int, int> sell_slowly{"sell_slowly"};
/// Waits until the shop closes for good: it never ends by itself.
inline constexpr Update<Nothing, int> browse{"browse"};
inline constexpr Signal<int> sale{"sale"};
inline constexpr Signal<Nothing> close_shop{"close_shop"};

/// Ends in its very first activation.
inline constexpr WorkflowType<Nothing, int> closed_shop{"closed_shop"};
/// Signals the workflow called "shop", asks the one called "nobody" to stop, and tells how it went.
inline constexpr WorkflowType<int, std::string> teller{"teller"};

void add_shops(WorkflowRegistry& registry);

}  // namespace durable::test
