#pragma once
// VAPI's phone numbers: import from Twilio, change, find, delete. On import VAPI sets the Twilio number's
// voice URL, and takes its messaging URL too unless smsEnabled is false. Used on the sandbox's thread only.

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/sandbox/exchange.hpp"
#include "api/sandbox/phone_book.hpp"

namespace callflex::sandbox {

class VapiNumbers {
  public:
    explicit VapiNumbers(PhoneBook& book) : book_(book) {}

    using KnowsAssistant = std::function<bool(const std::string&)>;
    /// `rest`: the path after "/phone-number" or "/v2/phone-number".
    [[nodiscard]] Reply handle(const Ask& ask, const std::string& rest, const KnowsAssistant& knows);
    [[nodiscard]] Reply search(const Ask& ask) const;

    [[nodiscard]] bool use(const std::string& assistant_id) const;
    [[nodiscard]] bool exists(const std::string& id) const { return numbers_.contains(id); }
    [[nodiscard]] std::size_t size() const { return numbers_.size(); }
    [[nodiscard]] const std::map<std::string, nlohmann::json>& all() const { return numbers_; }
    /// Numbers imported twice, and numbers that Twilio has taken back.
    [[nodiscard]] std::vector<std::string> violations() const;
    void clear();

  private:
    [[nodiscard]] Reply import(const Ask& ask, const KnowsAssistant& knows);
    [[nodiscard]] Reply change(const Ask& ask, nlohmann::json& number, const KnowsAssistant& knows);

    PhoneBook& book_;
    std::map<std::string, nlohmann::json> numbers_;  ///< by id
    std::uint64_t imported_ = 0;
};

}  // namespace callflex::sandbox
