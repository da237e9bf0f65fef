#pragma once
// What every pretended vendor can do. Used on the sandbox's thread only.

#include <string_view>

#include "api/sandbox/exchange.hpp"
#include "api/sandbox/ledger.hpp"

namespace callflex::sandbox {

class Vendor {
  public:
    virtual ~Vendor() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Does what is asked, or refuses it as the vendor would. The path is without the vendor's prefix.
    [[nodiscard]] virtual Reply handle(const Ask& ask) = 0;
    /// The vendor's own words for "not now" and "something broke": for faults.
    [[nodiscard]] virtual Reply failure(int status) const = 0;
    /// A fault's answer to this very request: for vendors that remember what they have answered.
    [[nodiscard]] virtual Reply fail(const Ask&, int status) { return failure(status); }
    virtual void reset() = 0;
};

}  // namespace callflex::sandbox
