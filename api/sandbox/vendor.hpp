#pragma once
// What every pretended vendor can do. Used on the sandbox's thread only.

#include <string>
#include <string_view>
#include <vector>

#include "api/sandbox/exchange.hpp"
#include "api/sandbox/ledger.hpp"

namespace callflex::sandbox {

/// Something that exists at a vendor: a number, an assistant, a customer.
struct Thing {
    std::string kind;
    std::string name;
    std::string id;
    std::string detail;
};
/// What must hold at a vendor whatever its clients and its faults do, and where it does not.
struct Promise {
    std::string text;
    std::vector<std::string> broken;  ///< one a line; empty: it holds
};

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
    /// As a day after: a key that it has seen is like a new one.
    virtual void forget_keys() {}
    /// How much of what there is, for /sandbox/invariants.
    [[nodiscard]] virtual nlohmann::json facts() const { return nlohmann::json::object(); }
    /// What a careful client never brings about (something made twice, something left dangling), one a line.
    [[nodiscard]] virtual std::vector<std::string> violations() const { return {}; }
    /// For the page, like the rest here.
    [[nodiscard]] virtual std::vector<Thing> things() const { return {}; }
    [[nodiscard]] virtual std::vector<Promise> promises() const { return {}; }
    /// What was sent, the newest first.
    [[nodiscard]] virtual std::vector<Sent> sent(const Ledger& ledger, std::size_t at_most) const {
        return ledger.newest(name(), at_most);
    }
};

}  // namespace callflex::sandbox
