#pragma once
// All pretended vendors, the faults in force, and the control interface: one request in, one reply out. Used
// on the sandbox's thread only.

#include <map>
#include <memory>
#include <string>

#include "api/sandbox/exchange.hpp"
#include "api/sandbox/faults.hpp"
#include "api/sandbox/ledger.hpp"
#include "api/sandbox/outbox.hpp"
#include "api/sandbox/overview.hpp"
#include "api/sandbox/phone_book.hpp"
#include "api/sandbox/sandbox.hpp"
#include "api/sandbox/vendor.hpp"

namespace callflex::sandbox {

class Town {
  public:
    Town(const SandboxOptions& options, const PostLetter& post);
    [[nodiscard]] Reply handle(const Ask& ask);

  private:
    [[nodiscard]] Reply ask_vendor(Vendor& vendor, const Ask& ask);
    [[nodiscard]] Reply with_fault(Vendor& vendor, const Ask& ask, const Fault& fault);
    [[nodiscard]] Reply served(Vendor& vendor, const Ask& ask);
    [[nodiscard]] Reply control(const Ask& ask);
    [[nodiscard]] Reply control_faults(const Ask& ask);
    [[nodiscard]] nlohmann::json counters() const;
    [[nodiscard]] nlohmann::json invariants() const;
    [[nodiscard]] Reply page() const;
    void reset();

    Ledger ledger_;
    PhoneBook phone_book_;
    FaultPlan faults_;
    std::map<std::string, std::unique_ptr<Vendor>> vendors_;
    std::map<std::string, Counters> counters_;
};

}  // namespace callflex::sandbox
