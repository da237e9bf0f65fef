#pragma once
// Steering a call that is going on: JSON posted to the call's control URL. No I/O.
//
// The URL comes from a webhook or an answer, so it is foreign text: it is called only when it leads to a
// host that the configuration allows (VAPI_CONTROL_HOSTS), and over https unless the configuration names an
// http origin, as development does. It is as good as a password: no text made here holds it.

#include <string>

#include "activities/vapi/api.hpp"

namespace callflex::vapi {

enum class TransferMode : std::uint8_t { blind, warm };

struct Transfer {
    std::string number;     ///< E.164
    std::string message{};  ///< what the caller hears meanwhile
    std::string summary{};  ///< warm: what the person is told before being connected
    TransferMode mode = TransferMode::blind;
};

/// The URL, ready to be called. Throws http::BadUrl: not an URL, not https, or a host that is not allowed.
[[nodiscard]] http::Url control_url(const VapiConfig& config, const std::string& text);

/// Each throws http::BadUrl as control_url does. Not repeatable: the caller would be told everything twice.
[[nodiscard]] http::Request transfer_control(const VapiConfig& config, const std::string& url,
                                             const Transfer& transfer);
[[nodiscard]] http::Request say_control(const VapiConfig& config, const std::string& url,
                                        const std::string& text, bool end_call_after);
/// Ending an ended call does nothing: repeatable.
[[nodiscard]] http::Request end_call_control(const VapiConfig& config, const std::string& url);

struct Controlled {};
[[nodiscard]] Answer<Controlled> read_control(const http::Result& result);

}  // namespace callflex::vapi
