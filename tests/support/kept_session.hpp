#pragma once
// A session that is kept between uses: a new one costs Postgres a process with empty caches, and tests ask often.
// Thread-safe: who comes while it is in use gets one of his own.

#include <memory>
#include <mutex>
#include <pqxx/pqxx>
#include <string>
#include <utility>

namespace test {

class KeptSession {
  public:
    explicit KeptSession(std::string url) : url_{std::move(url)} {}

    /// What `act` returns, given the session. No transaction is left open on it.
    template <class Act>
    auto use(Act act) {
        const std::unique_lock lock{mutex_, std::try_to_lock};
        if (!lock) {
            pqxx::connection own{url_};
            return act(own);
        }
        if (!kept_ || !answers()) kept_ = std::make_unique<pqxx::connection>(url_);
        return act(*kept_);
    }

    /// What `act` returns, given a transaction that is committed then.
    template <class Act>
    auto in_transaction(Act act) {
        return use([&act](pqxx::connection& session) {
            pqxx::work tx{session};
            auto result = act(tx);
            tx.commit();
            return result;
        });
    }

    void close() {
        const std::lock_guard lock{mutex_};
        kept_.reset();
    }

  private:
    /// Tests end sessions, and servers.
    bool answers() {
        try {
            pqxx::nontransaction{*kept_}.exec("select 1");
            return true;
        } catch (const pqxx::failure&) {
            return false;
        }
    }

    const std::string url_;
    std::mutex mutex_;
    std::unique_ptr<pqxx::connection> kept_;
};

}  // namespace test
