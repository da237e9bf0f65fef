#include "engine/store/schedule_store.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <functional>
#include <optional>

#include "engine/store/activity_impl.hpp"

namespace durable::store {

class ScheduleStore::Impl {
  public:
    Impl(std::string url, Faults faults)
        : url_(std::move(url)),
          faults_(std::move(faults)),
          label_(fmt::format("callflex schedules {} {:x}", ::getpid(), ids.token())) {}

    using Body = std::function<void(pqxx::transaction_base&)>;

    /// `name` is for the fault hook.
    void transact(const char* name, const Body& body) {
        attempt([&] {
            pqxx::work tx{session_->connection};
            body(tx);
            if (inject(Faults::Point::before_send, name)) throw StoreUnavailable("fault: nothing was sent");
            tx.commit();
            if (inject(Faults::Point::after_commit_reply_lost, name)) {
                throw StoreUnavailable("fault: the reply was lost");
            }
        });
    }

    /// For a single statement that writes nothing: one round trip.
    void look(const Body& body) {
        attempt([&] {
            pqxx::nontransaction tx{session_->connection};
            body(tx);
        });
    }

    IdSource ids;

  private:
    void attempt(const std::function<void()>& body) {
        try {
            if (!session_) session_ = std::make_unique<TransactionalSession>(url_, label_);
            body();
        } catch (const pqxx::sql_error& error) {
            if (!may_succeed_later(error.sqlstate())) throw;
            lose(error.what());
        } catch (const pqxx::failure& error) {
            // Broken connections, commits in doubt, deadlocks: what libpqxx 6 does not call an sql_error.
            lose(error.what());
        } catch (const StoreUnavailable&) {
            session_.reset();
            throw;
        }
    }

    [[nodiscard]] bool inject(Faults::Point point, const char* name) const {
        return faults_.hook && faults_.hook(point, name);
    }
    static bool may_succeed_later(const std::string& sqlstate) {
        const Fate fate = fate_of(sqlstate);
        return fate != Fate::data && fate != Fate::defect && fate != Fate::fence;
    }
    /// libpqxx would reconnect in silence: the object is thrown away instead.
    [[noreturn]] void lose(const char* why) {
        session_.reset();
        throw StoreUnavailable(why);
    }

    std::string url_;
    Faults faults_;
    std::string label_;
    std::unique_ptr<TransactionalSession> session_;
};

ScheduleStore::ScheduleStore(std::string connection_string, Faults faults)
    : impl_(std::make_unique<Impl>(std::move(connection_string), std::move(faults))) {}
ScheduleStore::~ScheduleStore() = default;
ScheduleStore::ScheduleStore(ScheduleStore&&) noexcept = default;

ScheduleChanges ScheduleStore::apply(std::span<const ScheduleSpec> specs) {
    ScheduleChanges changes;
    impl_->transact("apply_schedules",
                    [&](pqxx::transaction_base& tx) { changes = apply_schedules(tx, specs); });
    return changes;
}

DueSchedules ScheduleStore::due() {
    DueSchedules due;
    impl_->look([&](pqxx::transaction_base& tx) { due = due_schedules(tx); });
    return due;
}

std::optional<ScheduleTurn> ScheduleStore::take_turn(const std::string& id) {
    std::optional<ScheduleTurn> turn;
    impl_->transact("schedule_turn",
                    [&](pqxx::transaction_base& tx) { turn = take_schedule_turn(tx, impl_->ids, id); });
    return turn;
}

}  // namespace durable::store
