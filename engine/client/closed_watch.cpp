#include "engine/client/closed_watch.hpp"

#include "engine/client/connection_pool.hpp"
#include "engine/store/worker_store.hpp"

namespace durable::client {
namespace {

// Bounds how long a client's destructor waits for the thread.
constexpr std::chrono::milliseconds listen_at_most{50};
constexpr std::chrono::seconds reconnect_after{1};
/// A session that nobody reads from holds up the server's queue of notifications, which all of its databases share and
/// which refuses commits once it is full. So it ends soon after the last waiter; the next one has another.
constexpr std::chrono::seconds unread_at_most{1};

}  // namespace

ClosedWatch::~ClosedWatch() {
    thread_.request_stop();
    changed_.notify_all();
}

ClosedWatch::Waiter::Waiter(ClosedWatch& watch) : watch_(watch) {
    const std::lock_guard lock(watch_.mutex_);
    seen_ = watch_.closings_;
    ++watch_.waiters_;
    if (!watch_.thread_.joinable()) {
        watch_.thread_ =
            std::jthread([&target = watch_](const std::stop_token& stop) { target.listen(stop); });
    }
    watch_.changed_.notify_all();
}

ClosedWatch::Waiter::~Waiter() {
    const std::lock_guard lock(watch_.mutex_);
    --watch_.waiters_;
}

void ClosedWatch::Waiter::wait(std::chrono::milliseconds timeout) {
    std::unique_lock lock(watch_.mutex_);
    watch_.changed_.wait_for(lock, timeout, [&] { return watch_.closings_ != seen_; });
    seen_ = watch_.closings_;
}

void ClosedWatch::listen(const std::stop_token& stop) {
    while (is_wanted(stop)) {
        try {
            listen_while_wanted(stop);
        } catch (const std::exception&) {
            // No session, no news: waiters poll. A pooler or a restart may be the reason, so it is tried
            // again.
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, stop, reconnect_after, [] { return false; });
        }
    }
}

bool ClosedWatch::is_wanted(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    return changed_.wait(lock, stop, [&] { return waiters_ > 0; });
}

void ClosedWatch::listen_while_wanted(const std::stop_token& stop) {
    store::ClosedListener listener{with_deadlines(connection_string_)};
    while (!stop.stop_requested()) {
        const bool closed = listener.wait(listen_at_most);
        std::unique_lock lock(mutex_);
        if (closed) {
            ++closings_;
            changed_.notify_all();
        }
        if (!changed_.wait_for(lock, stop, unread_at_most, [&] { return waiters_ > 0; })) return;
    }
}

}  // namespace durable::client
