// ControlConnection: registration, lease, session lock, sweeping, hearing of work.

#include <fmt/format.h>
#include <unistd.h>

#include "engine/store/id_source.hpp"
#include "engine/store/retry_loop.hpp"
#include "engine/store/session.hpp"
#include "engine/store/sweeper.hpp"
#include "engine/store/worker_store.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;

SessionOptions control_session(std::string connection_string) {
    IdSource ids;
    SessionOptions options;
    options.connection_string = std::move(connection_string);
    options.application_name = fmt::format("callflex control {} {:x}", ::getpid(), ids.token());
    options.hot_plans = true;
    options.synchronous_commit = false;
    return options;
}

}  // namespace

class ControlConnection::Impl {
  public:
    Impl(std::string connection_string, WorkerRegistration registration)
        : registration_(std::move(registration)),
          session_(control_session(std::move(connection_string)), {}),
          worker_(persist([&] { return register_worker(); })),
          sweeper_(session_, worker_, registration_) {
        persist([&] {
            ensure_presence();
            return true;
        });
    }

    [[nodiscard]] WorkerNo worker() const { return worker_; }

    std::optional<Doubt> doubt() {
        return persist([&]() -> std::optional<Doubt> {
            const auto rows = session_.run({{"last_quarantine", sql::last_quarantine}, {}});
            if (rows.size() == 0) return std::nullopt;
            return Doubt{Timestamp{Duration{rows.int64(0, 1)}}, Timestamp{Duration{rows.int64(0, 0)}}};
        });
    }

    bool heartbeat(const WorkerState& state) {
        return persist([&] {
            ensure_presence();
            Step step{{"renew_lease", sql::renew_lease}, {}};
            step.params.add(worker_.value).add(state.runs_held).add(state.runs_max);
            step.params.add(state.async_used).add(state.async_slots);
            step.params.add(state.transactional_used).add(state.transactional_slots);
            const auto since = state.since_last_claim;
            since ? step.params.add(std::int64_t{since->count()}) : step.params.add_null();
            step.params.add(state.runs_claimed_per_second).add(state.rows_claimed_per_second);
            step.params.add(state.runs_closed_per_second);
            return session_.run(step).size() == 1;
        });
    }

    Swept sweep() {
        return persist([&] {
            ensure_presence();
            return sweeper_.sweep();
        });
    }

    int wake_blocked() {
        return persist(
            [&] { return session_.run({{"wake_blocked_runs", sql::wake_blocked_runs}, {}}).size(); });
    }

    void deregister() {
        persist([&] {
            BinaryArray self{Of::int32};
            self.add(worker_.value);
            Step step{{"end_workers", sql::end_workers}, {}};
            step.params.add(self);
            return session_.run(step).size();
        });
        session_.drop();
    }

    Wakeup wait(std::chrono::milliseconds timeout) {
        try {
            // What was sent while there was no session has been missed: look at everything once.
            if (ensure_presence()) return {true, true, true};
            Wakeup woken;
            for (const auto& heard : session_.wait_for_notifications(timeout)) note(heard.payload, woken);
            return woken;
        } catch (const ConnectionLost& lost) {
            throw StoreUnavailable(lost.what());
        } catch (const DatabaseError& error) {
            throw StoreUnavailable(error.what());
        }
    }

  private:
    template <class F>
    auto persist(F step) -> decltype(step()) {
        RetryLoop patience{session_.patience()};
        while (true) {
            try {
                return step();
            } catch (const ConnectionLost& lost) {
                patience.again(lost.what());
            } catch (const DatabaseError& error) {
                patience.again(session_, error);
            }
        }
    }

    /// A number that a lost reply leaves unused is harmless: it has no rows, and its lease runs out.
    WorkerNo register_worker() {
        Step step{{"register_worker", sql::register_worker}, {}};
        step.params.add(std::string_view{registration_.name}).add(std::string_view{registration_.build});
        step.params.add(std::string_view{registration_.queue}).add(std::int64_t{registration_.lease.count()});
        step.params.add(registration_.encrypts);
        return WorkerNo{session_.run(step).int32(0, 0)};
    }

    /// The session lock and LISTEN belong to the session: each new one takes them again. True if it was new.
    bool ensure_presence() {
        const bool fresh = session_.connect();
        if (!fresh && present_) return false;
        present_ = false;
        Step end{{"end_session", sql::end_session}, {}};
        end.params.add(std::string_view{session_.label()});
        session_.run(end);  // our old session may not know yet that it is gone, and holds the lock
        Step lock{{"lock_worker", sql::lock_worker}, {}};
        lock.params.add(worker_.value);
        if (!session_.run(lock).boolean(0, 0)) {
            throw StoreUnavailable(fmt::format("another session holds the lock of worker {}", worker_.value));
        }
        session_.run({{"listen_work", sql::listen_work}, {}});
        present_ = true;
        return true;
    }

    /// Payloads are "<what>:<queue>", see notifier.cpp.
    void note(const std::string& payload, Wakeup& woken) const {
        const std::size_t colon = payload.find(':');
        if (colon == std::string::npos || payload.substr(colon + 1) != registration_.queue) return;
        const std::string what = payload.substr(0, colon);
        woken.runs = woken.runs || what == "runs";
        woken.activities = woken.activities || what == "activities";
        woken.messages = woken.messages || what == "messages";
    }

    WorkerRegistration registration_;
    Session session_;
    WorkerNo worker_;
    Sweeper sweeper_;
    bool present_ = false;
};

ControlConnection::ControlConnection(std::string connection_string, WorkerRegistration registration)
    : impl_(std::make_unique<Impl>(std::move(connection_string), std::move(registration))) {}
ControlConnection::~ControlConnection() = default;
ControlConnection::ControlConnection(ControlConnection&&) noexcept = default;

WorkerNo ControlConnection::worker() const {
    return impl_->worker();
}
std::optional<ControlConnection::Doubt> ControlConnection::doubt() {
    return impl_->doubt();
}
bool ControlConnection::heartbeat(const WorkerState& state) {
    return impl_->heartbeat(state);
}
ControlConnection::Swept ControlConnection::sweep() {
    return impl_->sweep();
}
int ControlConnection::wake_blocked() {
    return impl_->wake_blocked();
}
void ControlConnection::deregister() {
    impl_->deregister();
}
ControlConnection::Wakeup ControlConnection::wait(std::chrono::milliseconds timeout) {
    return impl_->wait(timeout);
}

}  // namespace durable::store
