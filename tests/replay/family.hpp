#pragma once
// Children, queries and published state for the tests of this room.

#include <string>

#include "engine/replay/lineage.hpp"
#include "tests/replay/work.hpp"

namespace durable::test {

inline constexpr WorkflowType<Job, Done> painter{"painter"};
inline constexpr WorkflowType<Job, Done> plumber{"plumber"};

inline ChildOptions named(const std::string& id) {
    ChildOptions options;
    options.workflow = WorkflowId{id};
    return options;
}
inline ChildOptions named(const std::string& id, CancellationType cancellation) {
    ChildOptions options = named(id);
    options.cancellation = cancellation;
    return options;
}

}  // namespace durable::test
