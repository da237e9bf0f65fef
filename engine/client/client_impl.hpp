#pragma once
// What a Client is made of; included by this room's .cpp files only.

#include <functional>
#include <memory>

#include "engine/client/client.hpp"
#include "engine/client/closed_watch.hpp"
#include "engine/client/connection_pool.hpp"
#include "engine/client/transactions.hpp"
#include "engine/store/id_source.hpp"

namespace durable::client {

class Client::Impl {
  public:
    explicit Impl(const ClientOptions& options)
        : pool(options.connection_string, options.connections_max),
          transactions(pool, options.patience),
          notifier(with_deadlines(options.connection_string), options.notifications) {
        if (options.notifications) closed = std::make_unique<ClosedWatch>(options.connection_string);
    }

    /// Runs `body(tx, in_doubt)` in a transaction of its own and wakes the worker that may hold the receiver.
    SendResult send(const std::function<SendResult(pqxx::transaction_base&, bool)>& body, const RunRef& to);

    ConnectionPool pool;
    Transactions transactions;
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
