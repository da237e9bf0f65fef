#pragma once
// A pqxx connection for a thread that does one kind of work in the background (schedules, batch jobs): one
// transaction a call, made when first needed, thrown away at the first doubt. Such work is simply done
// again: a transaction that had committed leaves nothing to do. One thread.

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "engine/store/activity_impl.hpp"

namespace durable::store {

class LoneSession {
  public:
    /// `purpose`: for people who look at pg_stat_activity.
    LoneSession(std::string url, const std::string& purpose, Faults faults);

    // Both throw StoreUnavailable when the database does not answer or asks to come again, and
    // std::exception for what coming again does not mend.
    /// `name` is for the fault hook.
    void transact(const char* name, const std::function<void(pqxx::work&)>& body);
    /// For statements that write nothing: no transaction block.
    void look(const std::function<void(pqxx::transaction_base&)>& body);

    /// The rows of one statement that writes nothing and is asked again and again: parsed and planned once.
    template <class... Values>
    pqxx::result ask(const Statement& statement, const Values&... values) {
        pqxx::result rows;
        look([&](pqxx::transaction_base& tx) {
            prepare(statement);
            rows = tx.exec_prepared(statement.name, values...);
        });
        return rows;
    }

    IdSource ids;

  private:
    void prepare(const Statement& statement);
    void attempt(const std::function<void()>& body);
    [[nodiscard]] bool inject(Faults::Point point, const char* name) const;
    [[noreturn]] void lose(const char* why);

    std::string url_;
    Faults faults_;
    std::string label_;
    std::unique_ptr<TransactionalSession> session_;
    std::set<std::string> prepared_;  ///< on this session
};

}  // namespace durable::store
