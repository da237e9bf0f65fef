#pragma once
// Commits one batch after the other on a connection of its own, and knows what to do when that does not go
// well. Used by one thread.

#include <memory>
#include <pqxx/pqxx>
#include <span>
#include <vector>

#include "api/ingress/call_store.hpp"
#include "api/ingress/metrics.hpp"
#include "api/ingress/options.hpp"

namespace callflex::ingress {

class BatchWriter {
  public:
    BatchWriter(const IngressOptions& options, durable::client::Client& client, Metrics& metrics);
    ~BatchWriter();

    using Webhooks = std::span<const InboundWebhook* const>;
    /// Never throws: every webhook gets its result, in the order given (sorted by call id, each call once).
    [[nodiscard]] std::vector<Stored> write(Webhooks batch);

  private:
    class Notices;
    /// How an attempt ended.
    enum class Attempt : std::uint8_t {
        committed,
        again,    ///< not committed, or not known: another attempt may succeed, and cannot double anything
        refused,  ///< the database does not take the data
        away,     ///< no connection to be had
    };

    Attempt attempt(Webhooks batch, std::vector<Stored>& results);
    void commit(Webhooks batch, std::vector<Stored>& results);
    [[nodiscard]] Attempt classify(const std::exception& error);
    [[nodiscard]] std::vector<Stored> halve(Webhooks batch);
    [[nodiscard]] Stored bury(const InboundWebhook& webhook);
    void look(CommitPoint point) const;
    bool connect();

    const IngressOptions& options_;
    durable::client::Client& client_;
    Metrics& metrics_;
    std::unique_ptr<pqxx::connection> connection_;  ///< thrown away after any trouble with it
    std::string last_refusal_;
};

}  // namespace callflex::ingress
