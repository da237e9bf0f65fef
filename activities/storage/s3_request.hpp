#pragma once
// What all that we keep in S3 has in common: one signed PUT, addressed by path ("<endpoint>/<bucket>/<path>"), and what
// an answer other than success means. Pure.

#include <string>

#include "activities/config.hpp"
#include "activities/http/message.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex {

struct S3Object {
    std::string bucket;
    std::string path;          ///< not encoded yet
    std::string content_type;  ///< "audio/mpeg"
    std::string sha256;        ///< of the content, lower-case hexadecimal: the store checks it
};

/// Signed; the content is still to be put in. Throws http::BadUrl.
[[nodiscard]] http::Request s3_put(const S3Config& config, const S3Object& object,
                                   std::chrono::sys_seconds now);

/// "S3.NoSuchBucket", "S3.unreachable", ...
[[nodiscard]] VendorFailure s3_failure(const http::Result& result);

}  // namespace callflex
