#pragma once
// Activities and messages for the tests of this room.

#include <boost/describe.hpp>
#include <string>

#include "engine/workflow/workflow.hpp"
#include "tests/replay/script.hpp"

namespace durable::test {

struct Job {
    std::string name;
    int size = 0;
    bool operator==(const Job&) const = default;
};
BOOST_DESCRIBE_STRUCT(Job, (), (name, size))

struct Done {
    std::string text;
    bool operator==(const Done&) const = default;
};
BOOST_DESCRIBE_STRUCT(Done, (), (text))

inline constexpr Activity<Job, Done> work{"work", {.start_to_close = 10s, .maximum_attempts = 3}};
inline constexpr Activity<Job, Done> other_work{"other_work", {.start_to_close = 10s}};
inline constexpr Activity<Nothing, Nothing> ping{"ping", {.schedule_to_close = 1min}};
inline constexpr Activity<Nothing, Nothing> endless{"endless", {}};

inline constexpr Signal<Done> approve{"approve"};
inline constexpr Signal<int> numbers{"numbers"};

inline ActivityOptions with(CancellationType type) {
    ActivityOptions options = work.options();
    options.cancellation = type;
    return options;
}

}  // namespace durable::test
