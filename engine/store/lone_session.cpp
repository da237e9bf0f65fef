#include "engine/store/lone_session.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace durable::store {
namespace {

bool may_succeed_later(const std::string& sqlstate) {
    const Fate fate = fate_of(sqlstate);
    return fate != Fate::data && fate != Fate::defect && fate != Fate::fence;
}

}  // namespace

LoneSession::LoneSession(std::string url, const std::string& purpose, Faults faults)
    : url_(std::move(url)),
      faults_(std::move(faults)),
      label_(fmt::format("callflex {} {} {:x}", purpose, ::getpid(), ids.token())) {}

void LoneSession::transact(const char* name, const std::function<void(pqxx::work&)>& body) {
    attempt([&] {
        pqxx::work tx{session_->connection};
        body(tx);
        if (inject(Faults::Point::before_send, name)) throw StoreUnavailable("fault: nothing was sent");
        tx.commit();
        if (session_->committed_only_locally()) {
            throw StoreUnavailable(
                "the commit is on this server only: its synchronous standby did not confirm");
        }
        if (inject(Faults::Point::after_commit_reply_lost, name)) {
            throw StoreUnavailable("fault: the reply was lost");
        }
    });
}

void LoneSession::look(const std::function<void(pqxx::transaction_base&)>& body) {
    attempt([&] {
        pqxx::nontransaction tx{session_->connection};
        body(tx);
    });
}

void LoneSession::attempt(const std::function<void()>& body) {
    try {
        if (!session_) {
            session_ = std::make_unique<TransactionalSession>(url_, label_);
            prepared_.clear();
        }
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

void LoneSession::prepare(const Statement& statement) {
    if (!prepared_.insert(statement.name).second) return;
    session_->connection.prepare(statement.name, std::string{statement.sql});
}

bool LoneSession::inject(Faults::Point point, const char* name) const {
    return faults_.hook && faults_.hook(point, name);
}

/// libpqxx would reconnect in silence: the object is thrown away instead.
void LoneSession::lose(const char* why) {
    session_.reset();
    throw StoreUnavailable(why);
}

}  // namespace durable::store
