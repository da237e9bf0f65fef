// Transactional activities: business rows and the activity's completion commit together or not at all.
//
//   open -> body -> finish (fence, inbox) -> commit sent -> committed
//     -> any error before: aborted; tried again if that can help, else passed on
//     -> no answer to the commit: unknown; the live row is locked, then the inbox and the history tell
//        whether the completion is there

#include <fmt/format.h>

#include "engine/store/activity_impl.hpp"
#include "engine/store/deadlines.hpp"
#include "engine/store/planned_work.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr const char* fault_name = "transactional_commit";

/// The commit was sent and not answered.
struct CommitUnknown {
    std::string why;
};

bool worth_retrying(const pqxx::sql_error& error) {
    const Fate fate = fate_of(error.sqlstate());
    return fate == Fate::retry || fate == Fate::exhausted || fate == Fate::elsewhere || fate == Fate::unknown;
}

bool completes(const std::vector<history::Event>& events, EventId activity) {
    for (const history::Event& event : events) {
        const auto* completed = std::get_if<history::ActivityCompleted>(&event);
        if (completed != nullptr && completed->scheduled == activity) return true;
    }
    return false;
}

/// Whether history already has the completion: another thread may have taken the message in the meantime.
bool recorded(pqxx::transaction_base& tx, RunId run, EventId activity) {
    for (const HistoryRow& row : load_history(tx, run, next(activity))) {
        if (completes(history::decode_activation(row.first_event, row.bytes).arrived, activity)) return true;
    }
    return false;
}

bool waiting(pqxx::transaction_base& tx, const std::string& chain, const std::string& event) {
    const std::string wanted = bytea_text(event);
    for (const auto& row : tx.exec_params(std::string{sql::waiting_messages}, chain)) {
        if (row[0].as<std::string>() == wanted) return true;
    }
    return false;
}

bool finish(pqxx::work& tx, const ActivityStore::Transactional& what, const std::string& event) {
    const std::string run = what.run.value.to_string();
    const std::string bytes = bytea_text(event);
    const auto done = what.eager ? exec(tx, sql::finish_eager, what.worker.value, run, what.fence.epoch,
                                        what.fence.token, bytes)
                                 : exec(tx, sql::finish_row, what.worker.value, run, what.fence.epoch,
                                        what.fence.token, bytes, what.activity.value);
    return done.affected_rows() == 1;
}

}  // namespace

TransactionalSession::TransactionalSession(const std::string& url, const std::string& label)
    : connection(with_deadlines(url)), watch_(connection) {
    // Set through libpqxx, which sets them again if it reconnects between two transactions.
    connection.set_variable("application_name", connection.quote(label));
    connection.set_variable("search_path", "''");
    connection.set_variable("timezone", "'UTC'");
    connection.set_variable("lock_timeout", "'2s'");
    connection.set_variable("idle_in_transaction_session_timeout", "'30s'");
    connection.set_variable("jit", "off");
    // Plans are kept, and may have been made while a table was empty.
    connection.set_variable("enable_seqscan", "off");
}

void ActivityStore::Impl::connect_transactional() {
    if (!transactional) transactional = std::make_unique<TransactionalSession>(url, transactional_label);
}

ActivityStore::TransactionalOutcome ActivityStore::Impl::try_once(
    const Transactional& what, const std::function<std::string(pqxx::work&)>& body) {
    const auto inject = [&](Faults::Point point) { return faults.hook && faults.hook(point, fault_name); };
    connect_transactional();
    pqxx::work tx{transactional->connection, planned};
    std::string event = body(tx);
    if (!finish(tx, what, event)) return TransactionalOutcome::lost;  // the destructor rolls back
    if (inject(Faults::Point::before_send)) throw pqxx::broken_connection("fault: nothing was sent");
    if (inject(Faults::Point::rolled_back)) throw pqxx::deadlock_detected("fault: rolled back");
    doubt_ = Doubt{what.run, what.activity, what.fence, std::move(event)};
    try {
        tx.commit();
    } catch (const pqxx::in_doubt_error& e) {
        throw CommitUnknown{e.what()};
    } catch (const pqxx::broken_connection& e) {
        throw CommitUnknown{e.what()};
    }
    if (transactional->committed_only_locally()) throw CommitUnknown{"no synchronous standby has confirmed"};
    if (inject(Faults::Point::after_commit_reply_lost)) throw CommitUnknown{"fault: the reply was lost"};
    doubt_.reset();
    return TransactionalOutcome::committed;
}

ActivityStore::Impl::Settled ActivityStore::Impl::settle(const Transactional& what,
                                                         const std::string& event) {
    connect_transactional();
    pqxx::work tx{transactional->connection};
    tx.exec_params(std::string{sql::end_session}, transactional_label);
    const std::string run = what.run.value.to_string();
    const auto live = tx.exec_params(std::string{sql::lock_live_run}, run);
    const bool there = (!live.empty() && waiting(tx, live[0][0].as<std::string>(), event)) ||
                       recorded(tx, what.run, what.activity);
    tx.commit();  // the row lock was a write: with a synchronous standby this waits for it and all before it
    if (transactional->committed_only_locally()) throw CommitUnknown{"no synchronous standby has confirmed"};
    if (there) return Settled::committed;
    return live.empty() ? Settled::lost
                        : Settled::not_committed;  // if the fence is gone, the next try says so
}

ActivityStore::TransactionalOutcome ActivityStore::Impl::transact(
    const Transactional& what, const std::function<std::string(pqxx::work&)>& body) {
    RetryLoop patience{faults.patience};
    // What another attempt has left in doubt, whoever takes its place finds out.
    if (doubt_ && !doubt_->concerns(what)) doubt_.reset();
    try {
        while (true) {
            try {
                if (doubt_) {
                    const Settled settled = settle(what, doubt_->event);
                    doubt_.reset();
                    if (settled == Settled::committed) return TransactionalOutcome::committed;
                    if (settled == Settled::lost) return TransactionalOutcome::lost;
                }
                return try_once(what, body);
            } catch (const CommitUnknown& unknown) {
                transactional.reset();
                patience.again(unknown.why);
            } catch (const pqxx::broken_connection& e) {
                transactional.reset();
                patience.again(e.what());
            } catch (const pqxx::sql_error& e) {
                if (!worth_retrying(e)) throw;
                if (fate_of(e.sqlstate()) != Fate::retry) transactional.reset();
                patience.again(e.what());
            }
        }
    } catch (const StoreUnavailable& error) {
        if (doubt_) throw StillInDoubt{error.what()};
        throw;
    }
}

ActivityStore::TransactionalOutcome ActivityStore::transact(
    const Transactional& what, const std::function<std::string(pqxx::work&)>& body) {
    return impl_->transact(what, body);
}

}  // namespace durable::store
