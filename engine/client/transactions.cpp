#include "engine/client/transactions.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <thread>

#include "engine/client/client.hpp"
#include "engine/client/human_time.hpp"
#include "engine/store/local_commit.hpp"
#include "engine/store/own_session.hpp"
#include "engine/store/planned_work.hpp"
#include "engine/store/worker_store.hpp"

namespace durable::client {
namespace {

using Clock = std::chrono::steady_clock;
using ReadOnly = pqxx::transaction<pqxx::repeatable_read, pqxx::read_only>;

/// A statement that is its own commit: an answer that was lost leaves it in doubt.
class WriteAtOnce : public pqxx::nontransaction {
  public:
    WriteAtOnce(pqxx::connection_base& connection, const std::string& name)
        : namedclass{"transaction", name}, nontransaction{connection, name} {}
};

constexpr std::chrono::milliseconds first_pause{5};
constexpr std::chrono::milliseconds longest_pause{250};

/// What one attempt came to.
struct Attempt {
    bool done = false;
    bool in_doubt = false;     ///< it may have committed
    bool server_lost = false;  ///< other idle connections are suspect too
    std::string problem;
};

constexpr const char* query_canceled = "57014";

[[noreturn]] void give_up(std::chrono::milliseconds time_limit) {
    throw TooSlow(
        "the database did not find it within " +
        human_duration(std::chrono::duration_cast<Duration>(time_limit)) +
        " (or somebody cancelled the question): ask for less, for one workflow type, one tenant or a "
        "shorter time");
}

/// True if it was committed on this server only, although a synchronous standby was asked for.
template <class Transaction>
bool run(ConnectionPool::Lease& lease, bool& sent, bool in_doubt, std::chrono::milliseconds time_limit,
         const std::function<void(pqxx::transaction_base&, bool)>& body) {
    constexpr bool at_once = std::is_same_v<Transaction, WriteAtOnce>;
    constexpr bool for_people = std::is_same_v<Transaction, ReadOnly>;
    store::LocalCommitWatch watch{*lease};
    Transaction tx{*lease, lease.ours() && !for_people ? planned : ""};
    if (lease.ours() && for_people) store::plan_freely(tx, time_limit);
    sent = at_once;
    body(tx, in_doubt);
    // It may find what an earlier attempt has left, and write nothing: but that need not be safe yet.
    if (in_doubt && (at_once || std::is_same_v<Transaction, pqxx::work>)) store::wait_for_standby(tx);
    tx.commit();
    return watch.heard();
}

template <class Transaction>
Attempt attempt_once(ConnectionPool& pool, std::chrono::milliseconds patience, bool in_doubt,
                     std::chrono::milliseconds time_limit,
                     const std::function<void(pqxx::transaction_base&, bool)>& body) {
    bool sent = false;
    try {
        auto lease = pool.lease(patience);
        if (run<Transaction>(lease, sent, in_doubt, time_limit, body)) {
            return {false, true, false, "no synchronous standby has confirmed the commit"};
        }
        lease.give_back();
        return {true, false, false, {}};
    } catch (const pqxx::in_doubt_error& error) {
        return {false, true, true, error.what()};
    } catch (const pqxx::broken_connection& error) {
        return {false, sent, true, error.what()};
    } catch (const pqxx::statement_completion_unknown& error) {
        return {false, true, true, error.what()};
    } catch (const pqxx::transaction_rollback& error) {
        // Serialization failures and deadlocks, which libpqxx 6 does not derive from sql_error.
        return {false, false, false, error.what()};
    } catch (const pqxx::sql_error& error) {
        if (std::is_same_v<Transaction, ReadOnly> && error.sqlstate() == query_canceled) give_up(time_limit);
        if (!is_retryable(error.sqlstate())) throw;
        return {false, false, error.sqlstate().starts_with("57P"), error.what()};
    }
}

}  // namespace

bool is_retryable(const std::string& sqlstate) {
    static constexpr std::array<std::string_view, 9> states{
        "40001",   // serialization_failure
        "40P01",   // deadlock_detected
        "55P03",   // lock_not_available
        "57P01",   // admin_shutdown
        "57P02",   // crash_shutdown
        "57P03",   // cannot_connect_now
        "53300",   // too_many_connections
        "25006",   // read_only_sql_transaction: a standby, until its promotion
        "25P03"};  // idle_in_transaction_session_timeout
    return sqlstate.starts_with("08") || std::find(states.begin(), states.end(), sqlstate) != states.end();
}

template <class Transaction>
void Transactions::repeat(const std::function<void(pqxx::transaction_base&, bool)>& body) {
    const auto give_up = Clock::now() + patience_;
    auto pause = first_pause;
    bool in_doubt = false;
    while (true) {
        const Attempt attempt = attempt_once<Transaction>(pool_, patience_, in_doubt, time_limit_, body);
        if (attempt.done) return;
        in_doubt = in_doubt || attempt.in_doubt;
        if (attempt.server_lost) pool_.drop_idle();
        if (Clock::now() + pause > give_up) {
            throw store::StoreUnavailable(
                "the database did not answer for " + std::to_string(patience_.count()) + " ms" +
                (in_doubt ? " (an earlier attempt may have taken effect)" : "") + ": " + attempt.problem);
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, longest_pause);
    }
}

void Transactions::write(const std::function<void(pqxx::transaction_base&, bool)>& body) {
    repeat<pqxx::work>(body);
}

void Transactions::write_at_once(const std::function<void(pqxx::transaction_base&, bool)>& body) {
    repeat<WriteAtOnce>(body);
}

void Transactions::read(const std::function<void(pqxx::transaction_base&)>& body) {
    repeat<ReadOnly>([&](pqxx::transaction_base& tx, bool) { body(tx); });
}

void Transactions::look(const std::function<void(pqxx::transaction_base&)>& body) {
    repeat<pqxx::nontransaction>([&](pqxx::transaction_base& tx, bool) { body(tx); });
}

}  // namespace durable::client
