#pragma once
// What a stranger may cost us before and while a request is read.

#include <chrono>
#include <cstddef>

namespace callflex::http::inline server {

struct Limits {
    std::size_t header_bytes = 16UL * 1024;  ///< request line and all fields
    std::size_t header_fields = 100;
    std::size_t target_bytes = 2UL * 1024;
    std::size_t connections = 4000;
    std::chrono::milliseconds header_time{10'000};  ///< from the first byte to the empty line
    std::chrono::milliseconds body_time{30'000};    ///< all of the body, however fast it comes
    std::chrono::milliseconds body_grace{5'000};    ///< before the minimum rate is asked for
    std::size_t body_bytes_per_second = 1024;       ///< minimum rate
    std::chrono::milliseconds idle_time{30'000};    ///< between requests on a kept connection
    std::chrono::milliseconds write_time{10'000};
    std::chrono::milliseconds drain_time{2'000};  ///< after a refusal: lets the peer read it before the close
    std::size_t drain_bytes = 16UL * 1024 * 1024;
};

}  // namespace callflex::http::inline server
