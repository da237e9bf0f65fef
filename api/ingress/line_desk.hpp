#pragma once
// What the database knows of a number that is being called, and telling owners that their minutes are used
// up.

#include <optional>
#include <pqxx/pqxx>

#include "activities/call_routing.hpp"
#include "api/ingress/vapi_call.hpp"
#include "engine/client/client.hpp"

namespace callflex::ingress {

struct LookedUpLine {
    IncomingLine line;
    std::int64_t period = 0;  ///< the billing period's start, seconds since 1970: names it
};

/// Nothing when there is no such organization. Leaves the transaction acting for the organization: a number
/// of another one is not seen.
[[nodiscard]] std::optional<LookedUpLine> look_up_line(pqxx::work& tx, const std::string& organization_id,
                                                       const CallFacts& call);

/// One message to each who is told about calls, once a period however often it is called.
void warn_of_overage(pqxx::work& tx, durable::client::Client& client, const std::string& organization_id,
                     const LookedUpLine& line);

}  // namespace callflex::ingress
