#include "api/ingress/live_feed.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "activities/tenancy.hpp"
#include "api/ingress/columns.hpp"
#include "api/ingress/connection_string.hpp"
#include "api_sql.hpp"

namespace callflex::ingress {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds pause{200};
constexpr int events_at_once = 200;

/// One wait: lives on the waiting coroutine's executor; `events` is filled before the timer is cancelled.
struct Waiter {
    explicit Waiter(const asio::any_io_executor& executor) : timer{executor} {}
    asio::steady_timer timer;
    std::vector<StreamedEvent> events;
};

}  // namespace

class LiveFeed::Watch {
  public:
    Watch(durable::Uuid organization, std::optional<std::int64_t> after)
        : organization{organization}, after{after} {}

    const durable::Uuid organization;
    std::optional<std::int64_t> after;  ///< what follows: guarded by the feed's mutex
    std::shared_ptr<Waiter> waiter;
    asio::any_io_executor executor;
};

LiveFeed::LiveFeed(const IngressOptions& options) : options_{options}, thread_{[this] { run(); }} {}

LiveFeed::~LiveFeed() {
    stop();
}

std::shared_ptr<LiveFeed::Watch> LiveFeed::watch(durable::Uuid organization,
                                                 std::optional<std::int64_t> after) {
    auto watch = std::make_shared<Watch>(organization, after);
    const std::scoped_lock lock{mutex_};
    watches_.push_back(watch);
    return watch;
}

asio::awaitable<std::optional<std::vector<StreamedEvent>>> LiveFeed::next(
    std::shared_ptr<Watch> watch, std::chrono::milliseconds patience) {
    const auto executor = co_await asio::this_coro::executor;
    const auto waiter = std::make_shared<Waiter>(executor);
    waiter->timer.expires_after(patience);
    {
        const std::scoped_lock lock{mutex_};
        if (stopping_) co_return std::nullopt;
        watch->executor = executor;
        watch->waiter = waiter;
    }
    wake_.notify_one();
    co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    const std::scoped_lock lock{mutex_};
    if (stopping_) co_return std::nullopt;
    // Given up: what is found from now on is for the next call.
    if (watch->waiter == waiter) watch->waiter.reset();
    if (!waiter->events.empty()) watch->after = waiter->events.back().id;
    co_return std::move(waiter->events);
}

void LiveFeed::stop() {
    std::vector<std::shared_ptr<Watch>> last;
    {
        const std::scoped_lock lock{mutex_};
        if (stopping_) return;
        stopping_ = true;
        last = waiting();
    }
    wake_.notify_all();
    for (const auto& watch : last) {
        asio::post(watch->executor, [waiter = watch->waiter] { waiter->timer.cancel(); });
    }
    thread_.join();
}

/// With the mutex held.
std::vector<std::shared_ptr<LiveFeed::Watch>> LiveFeed::waiting() {
    std::erase_if(watches_, [](const auto& watch) { return watch.expired(); });
    std::vector<std::shared_ptr<Watch>> found;
    for (const auto& one : watches_) {
        auto watch = one.lock();
        if (watch && watch->waiter) found.push_back(std::move(watch));
    }
    return found;
}

void LiveFeed::run() {
    while (true) {
        {
            std::unique_lock lock{mutex_};
            wake_.wait(lock, [this] { return stopping_ || !waiting().empty(); });
            if (stopping_) return;
        }
        try {
            read();
        } catch (const std::exception& error) {
            connection_.reset();
            spdlog::warn("live events cannot be read: {}", error.what());
        }
        std::unique_lock lock{mutex_};
        wake_.wait_for(lock, pause, [this] { return stopping_; });
    }
}

void LiveFeed::read() {
    if (!connection_)
        connection_ = std::make_unique<pqxx::connection>(connection_string(options_.database_url));
    std::vector<std::shared_ptr<Watch>> watches;
    std::vector<std::shared_ptr<Waiter>> waiters;
    {
        const std::scoped_lock lock{mutex_};
        watches = waiting();
        for (const auto& watch : watches) waiters.push_back(watch->waiter);
    }
    pqxx::work tx{*connection_};
    act_for_everybody(tx);  // watchers of many organizations; each gets the rows of its own
    Column organizations;
    Column after;
    for (const auto& watch : watches) {
        if (!watch->after) {
            watch->after =
                tx.exec_params(std::string{api::sql::last_live_event}, watch->organization.to_string())[0][0]
                    .as<std::int64_t>();
        }
        organizations.add(watch->organization.to_string());
        after.add(*watch->after);
    }
    const auto rows = tx.exec_params(std::string{api::sql::live_events_since}, organizations.literal(),
                                     after.literal(), events_at_once);
    std::vector<std::vector<StreamedEvent>> found(watches.size());
    for (const auto& row : rows) {
        found[row[0].as<std::size_t>() - 1].push_back({row[1].as<std::int64_t>(), row[2].as<std::string>(),
                                                       row[3].as<std::string>(), row[4].as<std::string>()});
    }
    tx.commit();
    const std::scoped_lock lock{mutex_};
    for (std::size_t i = 0; i < watches.size(); ++i) {
        if (found[i].empty() || watches[i]->waiter != waiters[i]) continue;
        waiters[i]->events = std::move(found[i]);
        watches[i]->waiter.reset();
        asio::post(watches[i]->executor, [waiter = waiters[i]] { waiter->timer.cancel(); });
    }
}

}  // namespace callflex::ingress
