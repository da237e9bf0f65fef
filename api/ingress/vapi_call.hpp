#pragma once
// What VAPI's messages say of a call, and what they ask while it is on the line: somebody waits for these
// answers. Values.

#include <string>
#include <vector>

namespace callflex::ingress {

/// What every message about a call may say of it.
struct CallFacts {
    std::string vapi_call_id;  ///< 1 to 128 visible ASCII characters
    std::string vapi_assistant_id;
    std::string vapi_phone_number_id;
    std::string direction = "inbound";  ///< inbound, outbound, web
    std::string from_number;            ///< E.164 or ""
    std::string to_number;
};

/// The person at the other end, by his number: whose data everything is that the call brings about. "" when
/// he did not show it.
[[nodiscard]] inline const std::string& caller_of(const CallFacts& call) {
    return call.direction == "outbound" ? call.to_number : call.from_number;
}

/// One function that the model wants called.
struct AskedFunction {
    /// The vendor's id of this tool call, given back with the answer; "" when it has none.
    std::string tool_call_id;
    /// What makes it this very call within its phone call: the vendor's id, or a digest of what is asked.
    std::string key;
    std::string name;
    std::string arguments_json;  ///< an object; "" when they cannot be read
};

/// tool-calls, or the older function-call.
struct ToolCalls {
    CallFacts call;
    std::string control_url;  ///< foreign text; "" when there is none
    bool legacy = false;      ///< function-call: one function, and another form of the answer
    std::vector<AskedFunction> functions;
};

/// assistant-request: a call comes in on a number without a fixed assistant.
struct AssistantRequest {
    CallFacts call;
};

/// transfer-destination-request: the built-in transfer tool asks for a number.
struct TransferRequest {
    CallFacts call;
    std::string destination;  ///< what the model asked for; "" when it did not say
};

}  // namespace callflex::ingress
