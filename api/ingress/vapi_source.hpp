#pragma once
// How VAPI's messages are read: today's envelope and the older flat shape have the same parts. Internal to
// the reading of messages.

#include <optional>

#include "api/ingress/json_reader.hpp"
#include "api/ingress/vapi_message.hpp"

namespace callflex::ingress {

/// The first of the values that is there.
template <class T, class... More>
std::optional<T> first(std::optional<T> value, More... more) {
    if constexpr (sizeof...(More) == 0) {
        return value;
    } else {
        return value ? value : first(std::move(more)...);
    }
}

/// The message, and its parts that both shapes share.
struct Source {
    JsonReader message;   ///< body.message, or the body itself in the older shape
    JsonReader call;      ///< always under the message
    JsonReader artifact;  ///< absent in the older shape
    durable::Timestamp received_at;
};

// All throw FieldError.
[[nodiscard]] CallFacts read_facts(const Source& in);
[[nodiscard]] VapiMessage read_tool_calls(const Source& in);
[[nodiscard]] VapiMessage read_function_call(const Source& in);
[[nodiscard]] VapiMessage read_transfer_request(const Source& in);

}  // namespace callflex::ingress
