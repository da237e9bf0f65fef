#pragma once
// Twilio's Messages (send, read, list, status callbacks) and telephone numbers (twilio_numbers.hpp). Its magic
// numbers work: To +15005550001 is invalid, +15005550009 no mobile, +15005550004 has opted out; From
// +15005550001 is invalid. To +15005550003 is accepted and never delivered (30003). The auth token "invalid" is
// refused.

#include <deque>
#include <string>

#include "api/sandbox/outbox.hpp"
#include "api/sandbox/phone_book.hpp"
#include "api/sandbox/twilio_numbers.hpp"
#include "api/sandbox/vendor.hpp"

namespace callflex::sandbox {

class Twilio : public Vendor {
  public:
    explicit Twilio(
        Ledger& ledger, PhoneBook& book, PostLetter post = [](const Letter&) {})
        : ledger_(ledger), book_(book), numbers_(ledger, book), post_(std::move(post)) {}

    [[nodiscard]] std::string_view name() const override { return "twilio"; }
    [[nodiscard]] Reply handle(const Ask& ask) override;
    [[nodiscard]] Reply failure(int status) const override;
    void reset() override;
    [[nodiscard]] nlohmann::json facts() const override;
    [[nodiscard]] std::vector<std::string> violations() const override { return book_.violations(); }
    [[nodiscard]] std::vector<Thing> things() const override;
    [[nodiscard]] std::vector<Promise> promises() const override;

  private:
    struct Message {
        std::string sid;
        std::string to;
        std::string from;
        std::string body;
        std::chrono::system_clock::time_point created;
    };
    /// What the carrier made of it, told a moment later; signed with the token that the caller has shown.
    void call_back(const Message& message, const std::string& account, const std::string& url,
                   const std::string& token) const;

    [[nodiscard]] Reply create(const Ask& ask, const std::string& account);
    [[nodiscard]] Reply list(const Ask& ask, const std::string& account) const;
    [[nodiscard]] Reply read(const std::string& sid, const std::string& account) const;
    [[nodiscard]] static nlohmann::json as_json(const Message& message, const std::string& account,
                                                bool just_created);

    Ledger& ledger_;
    PhoneBook& book_;
    TwilioNumbers numbers_;
    PostLetter post_;
    std::deque<Message> messages_;  ///< oldest first
    std::uint64_t next_number_ = 1;
};

}  // namespace callflex::sandbox
