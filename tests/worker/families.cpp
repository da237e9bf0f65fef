#include "tests/worker/families.hpp"

namespace durable::test {
namespace {

ParentClosePolicy policy_of(const std::string& name) {
    if (name == "request_cancel") return ParentClosePolicy::request_cancel;
    return name == "abandon" ? ParentClosePolicy::abandon : ParentClosePolicy::terminate;
}

ChildOptions options_of(const Family& family, int number) {
    ChildOptions options;
    options.workflow = WorkflowId{family.ids + "-" + std::to_string(number)};
    options.parent_close = policy_of(family.close_policy);
    options.reuse = family.reuse_rejected ? ChildReuse::reject : ChildReuse::allow;
    options.queue = family.queue;
    return options;
}

Task<int> run_parent_of_sequences(Workflow& wf, Family family) {
    std::vector<Child<int>> children;
    for (int i = 0; i < family.children; ++i) {
        children.push_back(wf.child(sequence, family.child_input, options_of(family, i)));
    }
    int sum = 0;
    for (const int value : co_await wf.all(std::move(children))) sum += value;
    co_return sum;
}

Task<int> run_parent_of_adders(Workflow& wf, Family family) {
    std::vector<ChildHandle<int>> children;
    for (int i = 0; i < family.children; ++i) {
        children.push_back(co_await wf.start_child(adder, family.child_input, options_of(family, i)));
    }
    wf.publish(born, family.children);
    int sum = 0;
    for (auto& child : children) sum += co_await child;
    co_return sum;
}

Task<int> run_grandparent(Workflow& wf, Family family) {
    Family below = family;
    below.ids = family.ids + "-grand";
    co_return co_await wf.child(parent_of_adders, below, options_of(family, 0));
}

Task<int> run_careless_parent(Workflow& wf, Family family) {
    std::vector<StartChild<int>> births;
    for (int i = 0; i < family.children; ++i) {
        births.push_back(wf.start_child(adder, family.child_input, options_of(family, i)));
    }
    for (auto& birth : births) static_cast<void>(birth.await_ready());
    co_return family.children;
}

Task<std::string> run_curious_parent(Workflow& wf, Family family) {
    const auto birth = co_await wf.attempt(wf.start_child(adder, family.child_input, options_of(family, 0)));
    co_return birth.ok() ? "started" : birth.failure().to_string();
}

Task<std::vector<int>> run_tally(Workflow& wf, Tally tally) {
    auto& seen = wf.keep(tally.seen);
    wf.on_query(seen_so_far, [&seen](const Nothing&) { return seen; });
    for (int i = 0; i < tally.per_run && tally.left > 0; ++i, --tally.left) {
        seen.push_back(co_await wf.signals(amount).receive());
    }
    tally.seen = seen;
    if (tally.left > 0) wf.continue_as_new(tally);
    co_return seen;
}

Task<std::vector<int>> run_parent_of_tally(Workflow& wf, Tally tally) {
    co_return co_await wf.child(test::tally, tally, {.workflow = WorkflowId{"tally"}});
}

Task<int> run_countdown(Workflow& wf, int left) {
    if (left > 0) wf.continue_as_new(left - 1);
    co_return 7;
}

Task<int> run_parent_of_countdown(Workflow& wf, Nothing) {
    const int seven =
        co_await wf.child(countdown, 2, {.workflow = WorkflowId{"countdown"}, .queue = "there"});
    co_return co_await wf.run(add_one, seven);
}

Task<int> run_restless_parent(Workflow& wf, int runs_left) {
    if (runs_left == 0) co_return co_await wf.signals(amount).receive();
    const auto child =
        co_await wf.start_child(adder, 1, {.workflow = WorkflowId{"left-" + std::to_string(runs_left)}});
    wf.continue_as_new(runs_left - 1);
}

}  // namespace

void add_families(WorkflowRegistry& registry) {
    registry.add(parent_of_sequences, run_parent_of_sequences);
    registry.add(parent_of_adders, run_parent_of_adders);
    registry.add(grandparent, run_grandparent);
    registry.add(careless_parent, run_careless_parent);
    registry.add(curious_parent, run_curious_parent);
    registry.add(tally, run_tally);
    registry.add(parent_of_tally, run_parent_of_tally);
    registry.add(countdown, run_countdown);
    registry.add(parent_of_countdown, run_parent_of_countdown);
    registry.add(restless_parent, run_restless_parent);
}

}  // namespace durable::test
