#pragma once
// The functions that the AI may call during a call (api/ingress/functions answers them), described as VAPI's
// model.tools wants them. Pure.

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace callflex::templates {

inline constexpr std::array<std::string_view, 5> function_names{
    "transferCall", "logDriverCallout", "scheduleCallback", "takeMessage", "bookAppointment"};

[[nodiscard]] bool is_function(std::string_view name);

/// Where VAPI sends the calls of these functions.
struct ToolServer {
    std::string url;            ///< "https://api.example/api/webhooks/vapi/<organization>"
    std::string credential_id;  ///< "": unsigned
};

/// JSON array of function tools, in the order given. Names that are no functions are left out.
[[nodiscard]] std::string tools_json(const std::vector<std::string>& functions, const ToolServer& server);

}  // namespace callflex::templates
