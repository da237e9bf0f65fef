#pragma once
// VAPI's calls: placed, read, listed, and steered while they go on. Calls that nobody has placed are known
// too, as ended inbound calls: tests make them up in webhooks. POST /control/{call} is the address of
// monitor.controlUrl; what is said and done there is in the ledger (kind "control"). Used on the sandbox's
// thread only.

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "api/sandbox/exchange.hpp"
#include "api/sandbox/ledger.hpp"

namespace callflex::sandbox {

class VapiCalls {
  public:
    explicit VapiCalls(Ledger& ledger) : ledger_(ledger) {}

    using Knows = std::function<bool(const std::string&)>;
    [[nodiscard]] Reply place(const Ask& ask, const Knows& assistant, const Knows& phone_number);
    [[nodiscard]] Reply list(const Ask& ask) const;
    [[nodiscard]] Reply read(const Ask& ask, const std::string& id) const;
    [[nodiscard]] Reply control(const Ask& ask, const std::string& id);
    [[nodiscard]] std::size_t size() const { return calls_.size(); }
    /// Operation ids for which two calls were placed.
    [[nodiscard]] std::vector<std::string> violations() const;
    void clear() { calls_.clear(); }

  private:
    Ledger& ledger_;
    std::map<std::string, nlohmann::json> calls_;  ///< by id
};

}  // namespace callflex::sandbox
