#pragma once
// Live events through Supabase Realtime, for dashboards that listen there: private channels "org:<id>", one message
// an event. At most once; what is lost is in our own stream.

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <variant>

#include "activities/live_events.hpp"
#include "activities/vendor_failure.hpp"
#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::supabase {

/// A key of the new kind ("sb_secret_...") is no JWT and goes into `apikey` alone; an old service_role key is also
/// a bearer token.
[[nodiscard]] std::vector<http::Header> key_headers(const SupabaseConfig& config);

/// The batch form, which every server version has. The payload gets the event's id as its member "id".
[[nodiscard]] http::Request broadcast_request(const SupabaseConfig& config, const LiveBroadcast& broadcast);

/// nullopt: accepted. 429 and 5xx may be tried once more, everything else is dropped.
[[nodiscard]] std::optional<VendorFailure> read_broadcast(const http::Result& result);

/// The implementation of broadcast_live_event. Throws ApplicationError.
[[nodiscard]] boost::asio::awaitable<durable::Nothing> broadcast(std::shared_ptr<Vendors> vendors,
                                                                 durable::ActivityContext& context,
                                                                 LiveBroadcast event);

}  // namespace callflex::supabase
