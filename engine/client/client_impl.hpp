#pragma once
// What a Client is made of; included by this room's .cpp files only.

#include <functional>
#include <memory>

#include "engine/client/client.hpp"
#include "engine/client/closed_watch.hpp"
#include "engine/client/connection_pool.hpp"
#include "engine/client/transactions.hpp"
#include "engine/store/id_source.hpp"
#include "engine/store/payload_gate.hpp"

namespace durable::client {

/// Activations, and why they cannot be replayed although they are all there: a payload is gone. "": none is.
struct Recorded {
    history::History history;
    std::string unreadable;
};

class Client::Impl {
  public:
    explicit Impl(const ClientOptions& options)
        : pool(options.connection_string, options.connections_max),
          transactions(pool, options.patience),
          gate(options.connection_string, options.payloads),
          notifier(with_deadlines(options.connection_string), options.notifications) {
        if (options.notifications) closed = std::make_unique<ClosedWatch>(options.connection_string);
    }

    /// Delivers a message and wakes the worker that may hold the receiver. `at_once`: `send` is a single
    /// statement, so that the receiver's row is not held between round trips: many senders of one run wait for
    /// each other on it.
    SendResult deliver(const std::function<store::Sent(pqxx::transaction_base&, bool in_doubt)>& send,
                       bool at_once);
    /// Runs `body(tx, in_doubt)` in a transaction of its own and wakes the worker that may hold the receiver.
    SendResult send(const std::function<SendResult(pqxx::transaction_base&, bool)>& body, const RunRef& to);

    /// A start by a single statement; none if it takes more than that.
    std::optional<StartResult> start_at_once(const store::StartRequest& request, const std::string& person,
                                             std::source_location where);
    /// Throws QueryRejected.
    void check_state(const RunRef& ref, RunId run, RejectIf reject);
    void open(UpdateInfo& info);
    store::UpdateWithStartResult update_with_start(pqxx::transaction_base& tx, store::StartRequest start,
                                                   const std::string& person, history::UpdateAccepted update,
                                                   const std::source_location& where);

    /// Puts the input into the form of rows; `person`: StartOptions.subject. `where`: of the caller, for the error
    /// about its size.
    void seal(pqxx::transaction_base& tx, store::StartRequest& request, const std::string& person,
              const std::source_location& where);
    /// What is sent to a run, in the form of rows. `what` and `where`: for the error about its size.
    [[nodiscard]] Payload seal(pqxx::transaction_base& tx, const RunRef& to, const std::string& what,
                               const Payload& message, const std::source_location& where);
    /// A start and what comes with it, for the run of the request or the one that is open already.
    [[nodiscard]] Payload seal_for_start(pqxx::transaction_base& tx, store::StartRequest& request,
                                         const std::string& person, const std::string& what,
                                         const Payload& message, const std::source_location& where);
    /// A whole history as the code knows it.
    [[nodiscard]] Recorded recorded(RunId run);
    [[nodiscard]] Recorded open_rows(std::vector<store::HistoryRow> rows);

    ConnectionPool pool;
    Transactions transactions;
    store::PayloadGate gate;
    store::IdSource ids;
    store::Notifier notifier;
    std::unique_ptr<ClosedWatch> closed;  ///< null: notifications are off
};

/// "run 0198…", or "workflow order-7 in namespace default".
[[nodiscard]] std::string describe_ref(const RunRef& ref);

[[nodiscard]] store::StartRequest request_of(RunId run, const std::string& type, const Payload& input,
                                             const StartOptions& options);

/// Decodes rows into activations.
[[nodiscard]] history::History decode_rows(const std::vector<store::HistoryRow>& rows);

}  // namespace durable::client
