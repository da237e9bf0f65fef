#pragma once
// What was sent to whom, kept for people and for tests. Used on the sandbox's thread only.

#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/sandbox/exchange.hpp"

namespace callflex::sandbox {

struct Sent {
    std::string vendor;
    std::string kind;  ///< sms, email, completion, recording
    std::string id;    ///< the vendor's
    std::string key;   ///< the sender's mark: idempotency key, or op of the status callback
    std::string to;
    std::string from;
    std::string subject;
    std::string text;
    std::string at;  ///< ISO time
};

class Ledger {
  public:
    /// The oldest entries are forgotten beyond 100,000.
    void add(Sent sent);
    void clear();

    /// {"count", "by_vendor", "by_recipient", "repeated_keys", "sent"}; filters: vendor, to, key; `limit`
    /// (default 1000) bounds "sent" to the newest.
    [[nodiscard]] nlohmann::json report(const Fields& filters) const;
    [[nodiscard]] std::vector<Sent> newest(std::string_view vendor, std::size_t at_most) const;
    /// Keys under which more than one thing of this kind was sent, one a line.
    [[nodiscard]] std::vector<std::string> repeats(std::string_view vendor, std::string_view kind) const;

  private:
    std::deque<Sent> entries_;
};

}  // namespace callflex::sandbox
