#pragma once
// The workflow that messages are tried on: a till, which takes amounts by signal and by update, and gives them in the
// order in which it has taken them.

#include <string>
#include <vector>

#include "tests/conformance/support.hpp"

namespace conformance {

using namespace std::chrono_literals;

struct Till {
    static constexpr bool defaults_allowed = true;
    int left = 1;              ///< amounts to take, in all runs of the chain
    int a_run = 0;             ///< goes on as new after so many; 0: takes all in one run
    bool patient = false;      ///< waits for the handlers of updates before its run ends
    std::vector<int> taken{};  ///< by earlier runs
};
BOOST_DESCRIBE_STRUCT(Till, (), (left, a_run, patient, taken))

inline constexpr durable::WorkflowType<Till, std::vector<int>> till{"till"};
inline constexpr durable::Signal<int> amount{"amount", "take an amount, without an answer"};
/// Closes the till at once, whatever it has taken.
inline constexpr durable::Signal<durable::Nothing> close_till{"close_till"};
inline constexpr durable::Query<durable::Nothing, std::vector<int>> taken{"taken",
                                                                          "the amounts so far, in order"};
inline constexpr durable::StateKey<int> last_taken{"last_taken"};  ///< of those that came by signal
/// Gives how many amounts there are now. Negative ones are rejected by the validator: "Negative".
inline constexpr durable::Update<int, int> pay{"pay", "take an amount"};
/// The same after an activity; the handler fails for 13: "Unlucky".
inline constexpr durable::Update<int, int> pay_by_card{"pay_by_card"};
/// Its handler does not end for a thousand hours.
inline constexpr durable::Update<durable::Nothing, int> ponder{"ponder"};
inline constexpr durable::Activity<int, int> charge{"charge", {.start_to_close = 30s}};

/// The workflow, and an answer for its activity.
void add_till(durable::testing::TestEnvironment& env);

}  // namespace conformance
