// Notifications leave on a session of their own, in bursts: see worker_store.hpp.

#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/store/notify_step.hpp"
#include "engine/store/session.hpp"
#include "engine/store/worker_store.hpp"

namespace durable::store {
namespace {

constexpr std::chrono::milliseconds quiet{5};
constexpr std::chrono::milliseconds back_off{500};

}  // namespace

class Notifier::Impl {
  public:
    Impl(std::string connection_string, bool enabled)
        : session_({.connection_string = std::move(connection_string),
                    .application_name = "callflex notifier",
                    .hot_plans = false,
                    .synchronous_commit = false,
                    .bears_pooler = true,
                    .deadline = std::chrono::seconds{3},
                    .connect_deadline = std::chrono::seconds{3}},
                   {}) {
        if (enabled) sender_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }

    void add(const char* channel, std::string payload) {
        if (!sender_.joinable()) return;
        {
            const std::lock_guard lock(mutex_);
            waiting_.emplace(channel, std::move(payload));
        }
        wake_.notify_one();
    }

  private:
    void run(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (wake_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
            Burst burst = std::exchange(waiting_, {});
            lock.unlock();
            const auto pause = send(burst) ? quiet : back_off;
            lock.lock();
            // What comes now waits for the next burst: at most one transaction in `quiet`.
            wake_.wait_for(lock, stop, pause, [] { return false; });
        }
    }

    /// A lost burst costs its receivers a poll interval, so nothing is sent twice. False: the database is
    /// away.
    bool send(const Burst& burst) {
        try {
            session_.run(notify_step(burst));
            return true;
        } catch (const std::runtime_error&) {
            session_.drop();
            return false;
        }
    }

    Session session_;  ///< the sender's alone
    std::mutex mutex_;
    std::condition_variable_any wake_;
    Burst waiting_;        ///< under mutex_
    std::jthread sender_;  ///< last: it uses everything above
};

Notifier::Notifier(std::string connection_string, bool enabled)
    : impl_(std::make_unique<Impl>(std::move(connection_string), enabled)) {}
Notifier::~Notifier() = default;

void Notifier::runs_ready(const std::string& queue) {
    impl_->add(work_channel, "runs:" + queue);
}
void Notifier::activities_ready(const std::string& queue) {
    impl_->add(work_channel, "activities:" + queue);
}
void Notifier::messages(const std::string& queue) {
    impl_->add(work_channel, "messages:" + queue);
}
void Notifier::closed(const std::vector<RunId>& runs) {
    if (!runs.empty()) impl_->add(closed_channel, "some");
}

void Notifier::updates() {
    impl_->add(closed_channel, "updates");
}

}  // namespace durable::store
