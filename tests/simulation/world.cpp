#include "tests/simulation/world.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace simulation {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

awaitable<void> nap(std::chrono::nanoseconds time) {
    asio::steady_timer timer{co_await asio::this_coro::executor, time};
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

bool Faults::strikes(int rate, const std::string& what) {
    if (over_ || rate == 0) return false;
    ++chance_;
    if (!dice_.per_million(rate)) return false;
    if (only_ && !only_->contains(chance_)) return false;
    struck_.push_back(chance_);
    ++counts_[what];
    return true;
}

void World::arrive(const Exchange& exchange) {
    if (exchange.fails) return;
    if (!exchange.keyed) {
        ++sends_[exchange.key];
        return;
    }
    const auto [known, fresh] = seen_.emplace(exchange.key, exchange.order);
    if (fresh) {
        accounts_[exchange.order.account] += exchange.order.amount;
    } else if (known->second.amount != exchange.order.amount ||
               known->second.account != exchange.order.account) {
        ++contradictions_;
    }
}

void World::settle() {
    while (!on_the_way_.empty() && on_the_way_.begin()->first <= time_.elapsed()) {
        arrive(on_the_way_.begin()->second);
        on_the_way_.erase(on_the_way_.begin());
    }
}

/// What is asked arrives whatever becomes of the asker.
awaitable<int> World::call(durable::ActivityContext& context, Order order, bool keyed) {
    const std::string& activity = context.info().idempotency_key;
    Exchange exchange{activity, order, keyed};
    if (sabotage_.key_of_attempt) {
        exchange.key += "#" + std::to_string(context.info().attempt + context.info().lost_attempts);
    }
    exchange.fails =
        ++tries_[activity] <= order.failures || faults_.strikes(faults_.rates().vendor_fails, "vendor fails");
    const bool mute = !exchange.fails && faults_.strikes(faults_.rates().vendor_mute, "vendor mute");
    const auto there = std::chrono::milliseconds{dice_.between(0, 150)};
    const auto back = std::chrono::milliseconds{dice_.between(0, 150)};
    on_the_way_.emplace(time_.elapsed() + there, exchange);
    co_await nap(there + back);
    if (mute && !keyed) throw durable::OutcomeUnknown{"no answer"};
    if (mute) co_await nap(std::chrono::hours{1});
    if (exchange.fails) throw durable::ApplicationError{"Busy", "not now"};
    co_return order.amount;
}

awaitable<durable::Reconciled<int>> World::look(durable::ActivityContext& context, Order order) {
    using Verdict = durable::Reconciled<int>::Verdict;
    const std::string activity = context.info().idempotency_key;
    co_await nap(std::chrono::milliseconds{dice_.between(0, 100)});
    settle();
    if (sabotage_.never_reconcile || !sends_.contains(activity)) {
        co_return durable::Reconciled<int>{Verdict::absent, {}};
    }
    co_return durable::Reconciled<int>{Verdict::happened, order.amount};
}

durable::worker::ActivityRegistry World::activities() {
    durable::worker::ActivityRegistry registry;
    registry.async(add, [this](durable::ActivityContext& context, Order order) {
        return call(context, std::move(order), true);
    });
    registry.async(
        send,
        [this](durable::ActivityContext& context, Order order) {
            return call(context, std::move(order), false);
        },
        [this](durable::ActivityContext& context, Order order) { return look(context, std::move(order)); });
    registry.transactional(book, [this](durable::TransactionalContext& context, pqxx::work& tx, Order order) {
        tx.exec_params("insert into public.bookings (activity, amount) values ($1, $2)",
                       context.info().idempotency_key, order.amount);
        if (++tries_[context.info().idempotency_key] <= order.failures) {
            throw durable::ApplicationError{"Busy", "after the insert"};
        }
        return order.amount;
    });
    return registry;
}

}  // namespace simulation
