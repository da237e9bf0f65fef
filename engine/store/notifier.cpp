// Notifier and ClosedListener: hints that shorten waits. Polling is the truth.

#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "engine/store/id_source.hpp"
#include "engine/store/session.hpp"
#include "engine/store/worker_store.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using namespace std::chrono_literals;
using Of = BinaryArray::Of;

constexpr const char* work_channel = "callflex_work";
constexpr const char* closed_channel = "callflex_closed";
/// At most one transaction of notifications in this time.
constexpr auto pace = 10ms;
/// After a failure; what is due meanwhile is kept.
constexpr auto reconnect_pause = 500ms;

SessionOptions hint_session(std::string connection_string, const char* purpose) {
    IdSource ids;
    SessionOptions options;
    options.connection_string = std::move(connection_string);
    options.application_name = fmt::format("callflex {} {} {:x}", purpose, ::getpid(), ids.token());
    options.deadline = 2s;
    options.connect_deadline = 2s;
    options.synchronous_commit = false;
    return options;
}

}  // namespace

class Notifier::Impl {
  public:
    Impl(std::string connection_string, bool enabled)
        : session_(hint_session(std::move(connection_string), "notifier"), {}) {
        if (enabled) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }

    void work(const std::string& queue, char flag) {
        if (!thread_.joinable()) return;
        {
            const std::lock_guard lock{mutex_};
            work_[queue].insert(flag);
        }
        changed_.notify_one();
    }

    void closed() {
        if (!thread_.joinable()) return;
        {
            const std::lock_guard lock{mutex_};
            closed_ = true;
        }
        changed_.notify_one();
    }

  private:
    struct Due {
        std::map<std::string, std::set<char>> work;
        bool closed = false;
    };

    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::unique_lock lock{mutex_};
            changed_.wait(lock, stop, [&] { return closed_ || !work_.empty(); });
            Due due{std::exchange(work_, {}), std::exchange(closed_, false)};
            lock.unlock();
            if (!due.closed && due.work.empty()) return;
            const bool sent = send(due);
            lock.lock();
            // The first of a burst goes at once, the rest gathers.
            changed_.wait_for(lock, stop, sent ? std::chrono::milliseconds{pace} : reconnect_pause,
                              [] { return false; });
        }
    }

    bool send(const Due& due) {
        BinaryArray channels{Of::text};
        BinaryArray payloads{Of::text};
        for (const auto& [queue, flags] : due.work) {
            channels.add(std::string_view{work_channel});
            payloads.add(std::string_view{std::string{flags.begin(), flags.end()} + " " + queue});
        }
        if (due.closed) {
            channels.add(std::string_view{closed_channel});
            payloads.add(std::string_view{""});
        }
        Step step{{"notify", sql::notify}, {}};
        step.params.add(channels).add(payloads);
        try {
            session_.run(step);
            return true;
        } catch (const std::exception&) {
            session_.drop();  // a lost hint costs latency, nothing else
            return false;
        }
    }

    Session session_;  ///< the thread's
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, std::set<char>> work_;
    bool closed_ = false;
    std::jthread thread_;  ///< last: joined before the rest goes
};

Notifier::Notifier(std::string connection_string, bool enabled)
    : impl_(std::make_unique<Impl>(std::move(connection_string), enabled)) {}
Notifier::~Notifier() = default;
void Notifier::runs_ready(const std::string& queue) {
    impl_->work(queue, 'r');
}
void Notifier::activities_ready(const std::string& queue) {
    impl_->work(queue, 'a');
}
void Notifier::messages(const std::string& queue) {
    impl_->work(queue, 'm');
}
void Notifier::closed(const std::vector<RunId>& runs) {
    if (!runs.empty()) impl_->closed();
}

class ClosedListener::Impl {
  public:
    explicit Impl(const std::string& connection_string)
        : session_(hint_session(connection_string, "listener"), {}) {}

    bool wait(std::chrono::milliseconds timeout) {
        try {
            if (session_.connect() || !listening_) {
                listening_ = false;
                session_.run({{"listen_closed", "listen callflex_closed"}, {}});
                listening_ = true;
                return true;  // what was sent before has been missed: look once
            }
            return !session_.wait_for_notifications(timeout).empty();
        } catch (const ConnectionLost&) {
        } catch (const DatabaseError&) {
            session_.drop();
        }
        std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(timeout, reconnect_pause));
        return true;  // the caller polls
    }

  private:
    Session session_;
    bool listening_ = false;
};

ClosedListener::ClosedListener(const std::string& connection_string)
    : impl_(std::make_unique<Impl>(connection_string)) {}
ClosedListener::~ClosedListener() = default;
bool ClosedListener::wait(std::chrono::milliseconds timeout) {
    return impl_->wait(timeout);
}

}  // namespace durable::store
