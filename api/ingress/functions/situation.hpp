#pragma once
// What the database knows of a business and of a call that is on the line.

#include <optional>
#include <pqxx/pqxx>

#include "api/ingress/functions/function.hpp"
#include "api/ingress/vapi_call.hpp"

namespace callflex::ingress::functions {

struct Known {
    Situation situation;       ///< without action_id, control_url and now
    std::int64_t actions = 0;  ///< how many this call has had already
};

/// Nothing when the message names a call, an assistant or a number of another organization. Leaves the
/// transaction acting for the organization, and for nobody else.
[[nodiscard]] std::optional<Known> look_up(pqxx::work& tx, const std::string& organization_id,
                                           const CallFacts& call);

}  // namespace callflex::ingress::functions
