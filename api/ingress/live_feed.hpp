#pragma once
// Reads app.live_events for everybody who watches, with one query at a time on one connection: a thousand
// dashboards cost five queries a second, none cost none.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <thread>
#include <vector>

#include "api/ingress/options.hpp"
#include "engine/workflow/ids.hpp"

namespace callflex::ingress {

struct StreamedEvent {
    std::int64_t id = 0;
    std::string type;
    std::string payload;  ///< JSON
    std::string at;       ///< ISO 8601
};

class LiveFeed {
  public:
    explicit LiveFeed(const IngressOptions& options);
    ~LiveFeed();
    LiveFeed(const LiveFeed&) = delete;
    LiveFeed& operator=(const LiveFeed&) = delete;

    /// One watcher's place. Used by one coroutine.
    class Watch;
    /// After `after`, or from now on. Events that are older than the retention are not there any more.
    [[nodiscard]] std::shared_ptr<Watch> watch(durable::Uuid organization, std::optional<std::int64_t> after);
    /// The next events, in order; empty when `patience` is over, nothing once the
    /// feed has stopped.
    [[nodiscard]] boost::asio::awaitable<std::optional<std::vector<StreamedEvent>>> next(
        std::shared_ptr<Watch> watch, std::chrono::milliseconds patience);
    void stop();

  private:
    void run();
    /// Reads once for everybody who waits. Throws when the database cannot be asked.
    void read();
    [[nodiscard]] std::vector<std::shared_ptr<Watch>> waiting();

    const IngressOptions& options_;
    std::unique_ptr<pqxx::connection> connection_;  ///< thread_ only

    std::mutex mutex_;  ///< guards what follows, and the watches' waiters
    std::condition_variable wake_;
    std::vector<std::weak_ptr<Watch>> watches_;
    bool stopping_ = false;

    std::thread thread_;
};

}  // namespace callflex::ingress
