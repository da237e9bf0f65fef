#pragma once
// AWS Signature Version 4, as S3 and what is compatible with it want it: every header signed, the body by its hash.
// Pure but for OpenSSL.

#include <chrono>
#include <string>

#include "activities/http/message.hpp"
#include "activities/secret.hpp"

namespace callflex {

struct SigV4Scope {
    std::string access_key_id;
    Secret secret_access_key;
    std::string region;
    std::string service = "s3";
};

/// Adds X-Amz-Date, X-Amz-Content-Sha256 and Authorization. The URL's path must be percent-encoded already, as it is
/// sent. `payload_sha256`: lower-case hexadecimal.
void sign_v4(http::Request& request, const SigV4Scope& scope, const std::string& payload_sha256,
             std::chrono::sys_seconds now);

}  // namespace callflex
