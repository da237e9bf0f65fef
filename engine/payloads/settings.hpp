#pragma once
// What happens to payloads between histories and their rows. A value; copied into workers and clients.

#include <cstddef>
#include <memory>

#include "engine/workflow/payload.hpp"

namespace durable::payloads {

class MasterKeys;

struct Settings {
    /// Compressed from this many bytes on, if it helps.
    std::size_t compress_from = 4096;
    /// Stored outside of the history, once, from this many bytes on (after compression).
    std::size_t store_from = std::size_t{32} * 1024;
    PayloadLimits limits{};
    /// None: nothing is encrypted.
    std::shared_ptr<const MasterKeys> keys{};
};

}  // namespace durable::payloads
