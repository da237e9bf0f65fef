#pragma once
// Twilio's AvailablePhoneNumbers and IncomingPhoneNumbers: search, buy, find, configure, release. Used on
// the sandbox's thread only.

#include <optional>
#include <string>

#include "api/sandbox/exchange.hpp"
#include "api/sandbox/ledger.hpp"
#include "api/sandbox/phone_book.hpp"

namespace callflex::sandbox {

/// Twilio's way to say no.
[[nodiscard]] Reply twilio_error(int status, int code, const std::string& message);

class TwilioNumbers {
  public:
    TwilioNumbers(Ledger& ledger, PhoneBook& book) : ledger_(ledger), book_(book) {}

    /// `resource`: the path after the account. None when it is not about numbers.
    [[nodiscard]] std::optional<Reply> handle(const Ask& ask, const std::string& account,
                                              const std::string& resource);

  private:
    [[nodiscard]] Reply search(const Ask& ask, const std::string& rest) const;
    [[nodiscard]] Reply list(const Ask& ask, const std::string& account) const;
    [[nodiscard]] Reply buy(const Ask& ask, const std::string& account);
    [[nodiscard]] Reply one(const Ask& ask, const std::string& account, const std::string& sid);

    Ledger& ledger_;
    PhoneBook& book_;
};

}  // namespace callflex::sandbox
