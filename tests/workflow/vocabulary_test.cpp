// What the vocabulary of an author lets through the compiler, and what the registry knows of a workflow.

#include <doctest/doctest.h>

#include "engine/workflow/registry.hpp"

namespace durable::test {
namespace {

struct Order {
    std::string item;
    int count = 0;
};
BOOST_DESCRIBE_STRUCT(Order, (), (item, count))

constexpr WorkflowType<Order, int> deliver{"deliver"};
constexpr StateKey<Order> last_order{"last_order"};
constexpr Query<int, Order> nth_order{"nth_order"};

template <class Input>
concept CanBeDelivered = requires(Workflow& wf, Input input) { wf.child(deliver, input, ChildOptions{}); };
static_assert(CanBeDelivered<Order>);
static_assert(!CanBeDelivered<int>);

template <class Value>
concept CanBePublished = requires(Workflow& wf, Value value) { wf.publish(last_order, value); };
static_assert(CanBePublished<Order>);
static_assert(!CanBePublished<std::string>);

template <class Handler>
concept CanAnswer = requires(Workflow& wf, Handler handler) { wf.on_query(nth_order, handler); };
static_assert(CanAnswer<Order (*)(int)>);
static_assert(CanAnswer<Order (*)(const int&)>);
static_assert(!CanAnswer<std::string (*)(int)>);

static_assert(std::is_same_v<Child<int>::value_type, int>);
static_assert(std::is_same_v<Attempt<StartChild<int>>::value_type, Outcome<ChildHandle<int>>>);

// What catches failures must not catch the way on to the next run.
static_assert(!std::is_base_of_v<std::exception, ContinueAsNew>);

Task<int> delivers(Workflow&, Order order) {
    co_return order.count;
}

TEST_CASE("the registry tells whether a workflow can take an input, and what is wrong with it") {
    WorkflowRegistry registry;
    registry.add(deliver, delivers);
    CHECK(registry.knows("deliver"));
    CHECK_FALSE(registry.knows("collect"));
    CHECK(registry.names() == std::vector<std::string>{"deliver"});
    CHECK_NOTHROW(registry.check_input("deliver", Payload{R"({"item":"pen","count":2})"}));
    CHECK_THROWS_WITH_AS(registry.check_input("deliver", Payload{R"({"item":"pen","count":"two"})"}),
                         "count: expected number, found string", DecodeError);
}

TEST_CASE("by default a child ends with its parent, is waited for when cancelled, and may reuse an id") {
    const ChildOptions options;
    CHECK(options.cancellation == CancellationType::wait_cancelled);
    CHECK(options.parent_close == ParentClosePolicy::terminate);
    CHECK(options.reuse == ChildReuse::allow);
    CHECK_FALSE(options.run_timeout);
}

TEST_CASE("failures of other runs read as sentences") {
    Failure child{.kind = FailureKind::child, .activity = "deliver"};
    CHECK(child.to_string() == "child workflow deliver failed");
    child.cause = std::make_shared<const Failure>(Failure{.kind = FailureKind::timed_out, .message = "1 h"});
    CHECK(child.to_string() == "child workflow deliver failed: timed out: 1 h");
    CHECK_THROWS_AS(throw_failure(child), ChildFailed);
    Failure wait{.kind = FailureKind::timed_out};
    wait.timeout = TimeoutType::wait;
    CHECK(wait.to_string() == "wait timed out (wait)");
}

}  // namespace
}  // namespace durable::test
