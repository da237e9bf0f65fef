#pragma once
// What the page shows: for every vendor what it was asked and sent, what exists there, which of its promises hold, and
// which faults are in force. Values in, HTML out; everything in it is escaped.

#include <cstdint>
#include <string>
#include <vector>

#include "api/sandbox/faults.hpp"
#include "api/sandbox/ledger.hpp"
#include "api/sandbox/vendor.hpp"

namespace callflex::sandbox {

struct Counters {
    std::uint64_t requests = 0;
    std::uint64_t done = 0;     ///< answered 2xx or 3xx, lost answers included
    std::uint64_t refused = 0;  ///< answered 4xx by the vendor itself
    std::uint64_t faults = 0;
};

struct VendorView {
    std::string name;
    Counters counters;
    std::vector<Promise> promises;
    std::vector<Thing> things;
    std::vector<Sent> sent;  ///< newest first
};

struct Overview {
    std::vector<VendorView> vendors;
    std::vector<Fault> faults;
};

/// The part of the page that changes.
[[nodiscard]] std::string render(const Overview& overview);

}  // namespace callflex::sandbox
