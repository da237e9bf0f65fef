// Hears of closed runs: see worker_store.hpp.

#include "engine/store/session.hpp"
#include "engine/store/worker_store.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {

class ClosedListener::Impl {
  public:
    explicit Impl(const std::string& connection_string)
        : session_({.connection_string = connection_string,
                    .application_name = "callflex closed listener",
                    .hot_plans = false,
                    .deadline = std::chrono::seconds{5},
                    .connect_deadline = std::chrono::seconds{5}},
                   {}) {
        listen();
    }

    bool wait(std::chrono::milliseconds timeout) {
        try {
            // A new session has heard nothing of what happened before: look once.
            if (session_.connect()) return listen();
            return !session_.wait_for_notifications(timeout).empty();
        } catch (const ConnectionLost& lost) {
            session_.drop();
            throw StoreUnavailable(lost.what());
        } catch (const DatabaseError& error) {
            throw StoreUnavailable(error.what());
        }
    }

  private:
    bool listen() {
        try {
            session_.connect();
            session_.run({{"listen_closed", sql::listen_closed}, {}});
            return true;
        } catch (const std::runtime_error& error) {
            session_.drop();
            throw StoreUnavailable(error.what());
        }
    }

    Session session_;
};

ClosedListener::ClosedListener(const std::string& connection_string)
    : impl_(std::make_unique<Impl>(connection_string)) {}
ClosedListener::~ClosedListener() = default;
bool ClosedListener::wait(std::chrono::milliseconds timeout) {
    return impl_->wait(timeout);
}

}  // namespace durable::store
