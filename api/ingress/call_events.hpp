#pragma once
// What a batch of webhooks means for those who watch: call_started, transcript_update and call_ended in
// app.live_events, in the transaction of the batch.

#include <pqxx/pqxx>

#include "api/ingress/call_store.hpp"

namespace callflex::ingress {

/// A new webhook, and how often its call has been said to begin and to end, this time included.
struct HeardCall {
    const InboundWebhook* webhook = nullptr;
    std::string call_id;
    int begun = 0;
    int ended = 0;
};

/// In one statement; none when there is nothing to tell. Each call begins once and ends once, and none begins
/// after it has ended, whatever order its messages came in.
void publish_call_events(pqxx::work& tx, const std::vector<HeardCall>& heard);

}  // namespace callflex::ingress
