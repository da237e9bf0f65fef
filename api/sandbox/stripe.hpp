#pragma once
// Stripe: customers and their search, checkout and portal sessions, invoices, subscriptions, meter events and
// their summaries. Forms with brackets, a bearer key that begins with "sk_", and a Stripe-Version are
// demanded, and what Stripe refuses is refused.
//
// It remembers every Idempotency-Key with its first answer, faults included, and refuses other parameters
// under it; and it charges one meter event an identifier: what /sandbox/sent shows as kind "meter_event" is
// what would stand on an invoice.
//
// It tells of what happens to subscriptions, as Stripe does: customer.subscription.updated and invoice.paid for
// a new one, customer.subscription.deleted in the end.
//
// Customers named "Declined" have cards that are declined. The meter is mtr_sandbox, for events named
// callflex_overage_minutes.

#include <map>
#include <string>

#include "api/sandbox/outbox.hpp"
#include "api/sandbox/vendor.hpp"

namespace callflex::sandbox {

class Stripe : public Vendor {
  public:
    /// Where events go to, and the "whsec_..." that signs them; none when either is "".
    struct Webhook {
        std::string url;
        std::string secret;
    };
    explicit Stripe(
        Ledger& ledger, Webhook webhook = {}, PostLetter post = [](const Letter&) {})
        : ledger_(ledger), webhook_(std::move(webhook)), post_(std::move(post)) {}

    [[nodiscard]] std::string_view name() const override { return "stripe"; }
    [[nodiscard]] Reply handle(const Ask& ask) override;
    [[nodiscard]] Reply failure(int status) const override;
    [[nodiscard]] Reply fail(const Ask& ask, int status) override;
    void reset() override;
    void forget_keys() override { keys_.clear(); }
    [[nodiscard]] nlohmann::json facts() const override;
    [[nodiscard]] std::vector<std::string> violations() const override;
    [[nodiscard]] std::vector<Thing> things() const override;
    [[nodiscard]] std::vector<Promise> promises() const override;

  private:
    struct Remembered {
        std::string request;  ///< path and body
        Reply reply;
    };
    struct MeterEvent {
        std::string customer;
        std::int64_t value;
        std::int64_t timestamp;
    };

    [[nodiscard]] Reply route(const Ask& ask);
    [[nodiscard]] Reply write(const Ask& ask, const Fields& form);
    [[nodiscard]] Reply create_customer(const Fields& form);
    [[nodiscard]] Reply search_customers(const Ask& ask) const;
    [[nodiscard]] Reply create_checkout(const Fields& form);
    [[nodiscard]] Reply create_portal(const Fields& form);
    [[nodiscard]] Reply create_subscription(const Fields& form);
    [[nodiscard]] Reply create_meter_event(const Fields& form);
    [[nodiscard]] Reply summarize(const Ask& ask) const;
    [[nodiscard]] Reply list_invoices(const Ask& ask) const;
    [[nodiscard]] std::string next_id(const char* prefix);
    /// Sends an event about this object.
    void tell(const std::string& type, const nlohmann::json& object);

    Ledger& ledger_;
    Webhook webhook_;
    PostLetter post_;
    std::map<std::string, Remembered> keys_;
    std::map<std::string, nlohmann::json> customers_;
    std::map<std::string, nlohmann::json> subscriptions_;
    std::map<std::string, nlohmann::json> invoices_;
    std::map<std::string, MeterEvent> meter_events_;  ///< by identifier
    std::uint64_t repeats_refused_ = 0;
    std::uint64_t next_number_ = 1;
};

}  // namespace callflex::sandbox
