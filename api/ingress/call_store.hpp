#pragma once
// Verified webhooks as rows: the dedupe row, the call, and the start of its workflow, for a whole batch in a
// few set-based statements. What commits with the transaction given, and nothing else, has happened.

#include <pqxx/pqxx>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "api/ingress/vapi_message.hpp"
#include "engine/client/client.hpp"

namespace callflex::ingress {

/// A webhook that is authentic and understood.
struct InboundWebhook {
    durable::Uuid organization;
    std::string event_type;
    std::string dedupe_key;  ///< dedupe_key(), unique in its vendor
    std::string body;        ///< raw bytes; of a transcript's line nothing is kept: the report has them all
    std::string headers;     ///< JSON object: what verification looked at
    durable::Timestamp received_at;
    std::variant<CallStatus, CallReport, TranscriptLine> message;

    [[nodiscard]] const CallFacts& call() const;
};

/// What became of one.
struct Stored {
    enum class Result : std::uint8_t {
        accepted,     ///< committed, now or when it first came
        foreign,      ///< names a call, assistant or number of another organization: nothing was written
        refused,      ///< the database does not take its data; kept as a dead letter
        unavailable,  ///< not known to be committed: the sender should repeat it
    };
    Result result = Result::unavailable;
    bool repeat = false;
    std::string call_id;
};

[[nodiscard]] std::string dedupe_key(durable::Uuid organization,
                                     const std::variant<CallStatus, CallReport, TranscriptLine>& message);
/// Of the call-processing run of a call.
[[nodiscard]] std::string workflow_id(std::string_view vapi_call_id);

/// Results in the order given. The batch is sorted by call id, and holds each call once. Throws what pqxx
/// throws.
[[nodiscard]] std::vector<Stored> store_webhooks(pqxx::work& tx, durable::client::Client& client,
                                                 std::span<const InboundWebhook* const> batch);

/// For one that made store_webhooks fail by itself.
void store_dead_letter(pqxx::work& tx, const InboundWebhook& webhook, std::string_view reason);

}  // namespace callflex::ingress
