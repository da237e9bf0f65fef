#pragma once
// Which URLs a customer may register. What comes out here is what is connected to: there is no second parser.
// Whether the host's addresses may be called is asked anew at every attempt (egress_guard.hpp).

#include <string>
#include <string_view>

#include "activities/http/url.hpp"

namespace callflex::webhooks {

struct EndpointUrlRules {
    bool allow_http = false;     ///< the customer's own choice, endpoint by endpoint
    bool allow_private = false;  ///< development: any host, also a bare address, and any port
};

/// https (or http, if allowed), ports 443, 8443 and 80, a host name of at least two labels, international names in
/// their A-label form (U-labels are converted). No user information, no fragment, no address in any spelling, no
/// name reserved for private use. Throws http::BadUrl with what is wrong, in words for the customer.
[[nodiscard]] http::Url endpoint_url(std::string_view text, const EndpointUrlRules& rules);

/// The same as text, as it is stored: "https://xn--bcher-kva.example/hook".
[[nodiscard]] std::string to_text(const http::Url& url);

}  // namespace callflex::webhooks
