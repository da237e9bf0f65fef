#pragma once
// How a child workflow is started, and what becomes of it when its parent is cancelled or closes. Recorded in
// the parent's history with the start.

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/workflow/activity.hpp"
#include "engine/workflow/ids.hpp"
#include "engine/workflow/queue_share.hpp"
#include "engine/workflow/search.hpp"
#include "engine/workflow/time.hpp"

namespace durable {

/// What happens to an open child when the parent's chain closes, in whatever way. Continue-as-new is no
/// close.
enum class ParentClosePolicy : std::uint8_t {
    terminate,       ///< the child ends at once, without running any code
    request_cancel,  ///< the child is asked to stop
    abandon,         ///< the child goes on alone
};
BOOST_DESCRIBE_ENUM(ParentClosePolicy, terminate, request_cancel, abandon)

/// Whether the child may take a workflow id that a *closed* run had. One that an open run has is refused
/// always.
enum class ChildReuse : std::uint8_t { allow, reject };
BOOST_DESCRIBE_ENUM(ChildReuse, allow, reject)

struct ChildOptions {
    /// Required: the child's business name, 1 to 1,000 bytes of UTF-8, no control characters.
    WorkflowId workflow;
    ParentClosePolicy parent_close = ParentClosePolicy::terminate;
    /// What a cancelled await of the child does.
    CancellationType cancellation = CancellationType::wait_cancelled;
    ChildReuse reuse = ChildReuse::allow;
    /// Empty: the parent's.
    std::string queue{};
    /// Of each run of the child's chain; none: no limit.
    std::optional<Duration> run_timeout{};
    /// Of the child's whole chain, retries and continue-as-new included; none: no limit.
    std::optional<Duration> execution_timeout{};
    /// A child that has failed, or run out of its run_timeout, is tried again from the start by this; its await
    /// goes on. None: once.
    std::optional<RetryPolicy> retry{};
    /// Its turns in its queue; none: the parent's.
    std::optional<QueueShare> share{};
    /// Lists find the child by these; it has none of its parent's.
    std::vector<SearchAttribute> attributes{};

    bool operator==(const ChildOptions&) const = default;
};

}  // namespace durable
