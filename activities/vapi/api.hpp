#pragma once
// What all of VAPI's resources share: how one is allowed in, what its errors mean. No I/O.

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "activities/config.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex::vapi {

/// What an operation gives, or why not.
template <class T>
using Answer = std::variant<T, VendorFailure>;

/// GET or DELETE: may be repeated. Throws http::BadUrl.
[[nodiscard]] http::Request asking(const VapiConfig& config, const std::string& method,
                                   const std::string& path);
/// POST or PATCH of a JSON body. PATCH may be repeated (it always carries the whole of what it changes),
/// POST not: VAPI knows no idempotency keys.
[[nodiscard]] http::Request telling(const VapiConfig& config, const std::string& method,
                                    const std::string& path, const nlohmann::json& body);

/// Of an answer that is not 2xx, or none: type "Vapi.<error>" when VAPI names it ("Vapi.assistant_pinned"),
/// else "Vapi.http_<status>".
[[nodiscard]] VendorFailure failure_of(const http::Result& result);

/// A 2xx answer that does not say what it must: done, perhaps, so never to be repeated blindly.
[[nodiscard]] VendorFailure unreadable(std::string what);

/// Thing that a DELETE has removed: gone before counts as removed.
struct Deleted {
    bool was_there = false;
};
[[nodiscard]] Answer<Deleted> read_deletion(const http::Result& result);

}  // namespace callflex::vapi
