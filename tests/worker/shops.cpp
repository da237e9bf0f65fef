#include "tests/worker/shops.hpp"

namespace durable::test {
namespace {

struct Counter {
    Shop shop;
    int sold_here = 0;
    bool closing = false;

    int take(int number) {
        shop.sold.push_back(number);
        ++sold_here;
        --shop.sales_left;
        return static_cast<int>(shop.sold.size());
    }
    [[nodiscard]] bool over() const {
        return closing || shop.sales_left <= 0 || (shop.sales_a_run > 0 && sold_here >= shop.sales_a_run);
    }
};

Task<int> sell_one_slowly(Workflow& wf, Counter& counter, int number) {
    const int one_more = co_await wf.run(add_one, number);
    if (one_more == 14) throw ApplicationError("Unlucky", "thirteen is not for sale");
    co_return counter.take(number);
}

Task<int> look_around(Workflow& wf) {
    co_await wf.sleep(std::chrono::hours{1000});
    co_return 0;
}

Task<Nothing> sell_by_signal(Workflow& wf, Counter& counter) {
    while (!counter.over()) counter.take(co_await wf.signals(sale).receive());
    co_return Nothing{};
}

Task<Nothing> closed_by_signal(Workflow& wf, Counter& counter) {
    static_cast<void>(co_await wf.signals(close_shop).receive());
    counter.closing = true;
    co_return Nothing{};
}

Task<std::vector<int>> run_shop(Workflow& wf, Shop given) {
    Counter& counter = wf.keep(Counter{.shop = std::move(given)});
    wf.on_update(
        sell, [&counter](int number) { return counter.take(number); },
        [](const int& number) {
            if (number < 0) throw ApplicationError("Negative", "nothing is sold for less than nothing");
        });
    wf.on_update(sell_slowly, [&wf, &counter](int number) { return sell_one_slowly(wf, counter, number); });
    wf.on_update(browse, [&wf](const Nothing&) { return look_around(wf); });
    co_await wf.any(sell_by_signal(wf, counter), closed_by_signal(wf, counter),
                    wf.wait_until([&counter] { return counter.over(); }));
    if (counter.shop.patient) co_await wf.all_handlers_finished();
    const bool goes_on = !counter.closing && counter.shop.sales_left > 0;
    if (goes_on) wf.continue_as_new(counter.shop);
    co_return counter.shop.sold;
}

Task<int> run_closed_shop(Workflow& wf, Nothing) {
    wf.on_update(sell, [](int) { return 0; });
    int unsold = 0;
    while (wf.signals(sale).try_receive()) ++unsold;
    co_return unsold;
}

Task<std::string> run_teller(Workflow& wf, int number) {
    const auto told = co_await wf.attempt(wf.signal_workflow(WorkflowId{"shop"}, sale, number));
    const auto asked = co_await wf.attempt(wf.cancel_workflow(WorkflowId{"nobody"}, "no reason"));
    co_return (told.ok() ? "told" : told.failure().type) + ", " +
        (asked.ok() ? "asked" : asked.failure().type);
}

}  // namespace

void add_shops(WorkflowRegistry& registry) {
    registry.add(shop, run_shop);
    registry.add(closed_shop, run_closed_shop);
    registry.add(teller, run_teller);
}

}  // namespace durable::test
