#pragma once
// VAPI's calls as values: placing one, and finding out what became of it. No I/O.
//
// A call that was placed cannot be taken back, so it is never placed twice: it carries its operation id in
// customer.externalId, and after a lost answer call_listing shows whether it exists.

#include <optional>
#include <string>
#include <vector>

#include "activities/vapi/api.hpp"
#include "engine/workflow/payload.hpp"
#include "engine/workflow/time.hpp"

namespace callflex::vapi {

struct OutboundCall {
    std::string assistant_id;
    std::string phone_number_id;
    std::string to;                ///< E.164
    std::string op_id;             ///< at most 40 characters
    std::string customer_name{};   ///< cut to 40 characters
    durable::Payload variables{};  ///< an object for the assistant's {{placeholders}}; null for none
};

struct Call {
    std::string id;
    std::string status;
    std::string ended_reason{};
    std::string op_id{};
    /// Open to anyone who knows it: never logged, never stored, never shown.
    std::string control_url{};
};

/// "" or what VAPI would refuse.
[[nodiscard]] std::string problem_of(const OutboundCall& call);

[[nodiscard]] http::Request call_creation(const VapiConfig& config, const OutboundCall& call);
[[nodiscard]] http::Request call_reading(const VapiConfig& config, const std::string& id);
[[nodiscard]] http::Request call_listing(const VapiConfig& config, const std::string& assistant_id,
                                         durable::Timestamp created_since);

[[nodiscard]] Answer<Call> read_call(const http::Result& result);

struct CallList {
    std::vector<Call> calls;
    bool complete = false;
};
[[nodiscard]] Answer<CallList> read_calls(const http::Result& result);
[[nodiscard]] std::optional<Call> find_by_op(const CallList& list, const std::string& op_id);

}  // namespace callflex::vapi
