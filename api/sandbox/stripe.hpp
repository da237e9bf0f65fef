#pragma once
// Stripe: customers and their search, checkout and portal sessions, invoices, subscriptions, meter events and
// their summaries. Forms with brackets, a bearer key that begins with "sk_", and a Stripe-Version are
// demanded, and what Stripe refuses is refused.
//
// It remembers every Idempotency-Key with its first answer, faults included, and refuses other parameters
// under it; and it charges one meter event an identifier: what /sandbox/sent shows as kind "meter_event" is
// what would stand on an invoice.
//
// Customers named "Declined" have cards that are declined. The meter is mtr_sandbox, for events named
// callflex_overage_minutes.

#include <map>
#include <string>

#include "api/sandbox/vendor.hpp"

namespace callflex::sandbox {

class Stripe : public Vendor {
  public:
    explicit Stripe(Ledger& ledger) : ledger_(ledger) {}

    [[nodiscard]] std::string_view name() const override { return "stripe"; }
    [[nodiscard]] Reply handle(const Ask& ask) override;
    [[nodiscard]] Reply failure(int status) const override;
    [[nodiscard]] Reply fail(const Ask& ask, int status) override;
    void reset() override;

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

    Ledger& ledger_;
    std::map<std::string, Remembered> keys_;
    std::map<std::string, nlohmann::json> customers_;
    std::map<std::string, nlohmann::json> subscriptions_;
    std::map<std::string, nlohmann::json> invoices_;
    std::map<std::string, MeterEvent> meter_events_;  ///< by identifier
    std::uint64_t next_number_ = 1;
};

}  // namespace callflex::sandbox
