#pragma once
// Every telephone number that can be bought in the sandbox, and who owns it: Twilio sells them, VAPI sets
// the voice URL of those that it imports. Used on the sandbox's thread only.
//
// On sale: +1 <area code> 5550 100 to 149, for area codes that a US number can have. Area code 500 offers
// +15005550000 first, which is always gone when it is bought; area code 999 has nothing.

#include <map>
#include <string>
#include <vector>

namespace callflex::sandbox {

struct BookedNumber {
    std::string sid;  ///< "PN..."
    std::string number;
    std::string account;
    std::string friendly_name{};
    std::string voice_url{};
    std::string sms_url{};
    std::string status_callback{};
};

class PhoneBook {
  public:
    /// What may be bought, at most `limit`.
    [[nodiscard]] std::vector<std::string> on_sale(const std::string& area_code, std::size_t limit) const;
    [[nodiscard]] bool is_on_sale(const std::string& number) const;

    /// Whoever owns it; null for nobody. Valid until the number is released.
    [[nodiscard]] BookedNumber* owned(const std::string& number);
    [[nodiscard]] BookedNumber* by_sid(const std::string& sid);
    [[nodiscard]] std::vector<BookedNumber> of_account(const std::string& account) const;

    /// Counts one more purchase. The number must be on sale.
    BookedNumber& buy(const std::string& number, const std::string& account);
    /// Twilio takes the purchase of an own number for an update; a careful buyer never makes one.
    void bought_again(const std::string& number) { bought_again_.push_back(number); }
    void release(const std::string& sid);
    void clear();

    [[nodiscard]] const std::map<std::string, BookedNumber>& all() const { return numbers_; }
    [[nodiscard]] std::size_t size() const { return numbers_.size(); }
    [[nodiscard]] std::uint64_t purchases() const { return purchases_; }
    [[nodiscard]] std::uint64_t releases() const { return releases_; }
    /// What no client of ours should have brought about, one a line.
    [[nodiscard]] std::vector<std::string> violations() const;

  private:
    std::map<std::string, BookedNumber> numbers_;  ///< by number
    std::vector<std::string> bought_again_;
    std::uint64_t purchases_ = 0;
    std::uint64_t releases_ = 0;
};

}  // namespace callflex::sandbox
