#pragma once
// Commits one batch of VAPI's webhooks after the other on a connection of its own, and knows what to do when
// that does not go well. Used by one thread.

#include <span>
#include <vector>

#include "api/ingress/call_store.hpp"
#include "api/ingress/commit_session.hpp"

namespace callflex::ingress {

class BatchWriter {
  public:
    BatchWriter(const IngressOptions& options, durable::client::Client& client, Metrics& metrics);

    /// See CommitSession.
    void connect_ahead() { session_.connect_ahead(); }

    using Webhooks = std::span<const InboundWebhook* const>;
    /// Never throws: every webhook gets its result, in the order given (sorted by call id, each call once).
    [[nodiscard]] std::vector<Stored> write(Webhooks batch);

  private:
    CommitSession::Outcome attempt(Webhooks batch, std::vector<Stored>& results);
    [[nodiscard]] std::vector<Stored> halve(Webhooks batch);
    [[nodiscard]] Stored bury(const InboundWebhook& webhook);

    durable::client::Client& client_;
    Metrics& metrics_;
    CommitSession session_;
};

}  // namespace callflex::ingress
