#include "tests/conformance/till.hpp"

namespace conformance {
namespace {

using durable::ApplicationError;
using durable::Nothing;
using durable::Task;
using durable::Workflow;

struct Drawer {
    Till till;
    int here = 0;
    bool closed = false;

    int take(int paid) {
        till.taken.push_back(paid);
        ++here;
        --till.left;
        return static_cast<int>(till.taken.size());
    }
    [[nodiscard]] bool over() const {
        return closed || till.left <= 0 || (till.a_run > 0 && here >= till.a_run);
    }
};

Task<int> take_card(Workflow& wf, Drawer& drawer, int paid) {
    if (co_await wf.run(charge, paid) == 13) throw ApplicationError("Unlucky", "thirteen is not taken");
    co_return drawer.take(paid);
}

Task<int> think(Workflow& wf) {
    co_await wf.sleep(1000h);
    co_return 0;
}

Task<Nothing> take_signals(Workflow& wf, Drawer& drawer) {
    while (!drawer.over()) {
        drawer.take(co_await wf.signals(amount).receive());
        wf.publish(last_taken, drawer.till.taken.back());
    }
    co_return Nothing{};
}

Task<Nothing> take_closing(Workflow& wf, Drawer& drawer) {
    co_await wf.signals(close_till).receive();
    drawer.closed = true;
    co_return Nothing{};
}

void refuse_negative(const int& paid) {
    if (paid < 0) throw ApplicationError("Negative", "nobody pays less than nothing");
}

Task<std::vector<int>> run_till(Workflow& wf, Till given) {
    Drawer& drawer = wf.keep(Drawer{.till = std::move(given)});
    wf.on_query(taken, [&drawer](const Nothing&) { return drawer.till.taken; });
    wf.on_update(pay, [&drawer](int paid) { return drawer.take(paid); }, refuse_negative);
    wf.on_update(pay_by_card, [&wf, &drawer](int paid) { return take_card(wf, drawer, paid); });
    wf.on_update(ponder, [&wf](const Nothing&) { return think(wf); });
    co_await wf.any(take_signals(wf, drawer), take_closing(wf, drawer),
                    wf.wait_until([&drawer] { return drawer.over(); }));
    if (drawer.till.patient) co_await wf.all_handlers_finished();
    if (!drawer.closed && drawer.till.left > 0) wf.continue_as_new(drawer.till);
    co_return drawer.till.taken;
}

}  // namespace

void add_till(durable::testing::TestEnvironment& env) {
    env.add(till, run_till);
    env.fake(charge, [](const int& paid) { return paid; });
}

}  // namespace conformance
