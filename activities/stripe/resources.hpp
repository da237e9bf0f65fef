#pragma once
// Stripe's customers, checkout, portal, invoices and subscriptions as values: requests to make, answers to
// read. No I/O. Meter events have a file of their own (meter_events.hpp).

#include <optional>
#include <vector>

#include "activities/stripe/api.hpp"
#include "activities/stripe/customers.hpp"
#include "activities/stripe/subscriptions.hpp"

namespace callflex::stripe {

// --- customers
// -----------------------------------------------------------------------------------------------

/// Customers whose metadata names the organization. Stripe's search index lags: what is not found may exist.
[[nodiscard]] http::Request customer_search(const StripeConfig& config, const std::string& organization_id);
[[nodiscard]] http::Request customer_creation(const StripeConfig& config, const StripeCustomerRequest& wanted,
                                              const std::string& key);
/// The oldest one found; nullopt when there is none.
[[nodiscard]] Answer<std::optional<StripeCustomer>> read_customer_search(const http::Result& result);
[[nodiscard]] Answer<StripeCustomer> read_customer(const http::Result& result);

// --- checkout and portal
// -------------------------------------------------------------------------------------

struct CheckoutRequest {
    std::string organization_id;
    std::string customer_id;
    std::string plan;           ///< slug of app.plans
    std::string base_price;     ///< "price_...", licensed
    std::string overage_price;  ///< "price_...", metered: has no quantity
    std::string success_url;
    std::string cancel_url;
    std::string operation;  ///< one a press of the button: part of the idempotency key
};

struct CheckoutSession {
    std::string id;  ///< "cs_..."
    std::string url;
    std::chrono::sys_seconds expires_at;
};

/// The organization stands in three places: client_reference_id, the session's metadata and the
/// subscription's. Each reaches us by another event.
[[nodiscard]] http::Request checkout_creation(const StripeConfig& config, const CheckoutRequest& wanted);
[[nodiscard]] Answer<CheckoutSession> read_checkout(const http::Result& result);

/// A link into Stripe's portal, good for minutes; every call makes a new one.
[[nodiscard]] http::Request portal_creation(const StripeConfig& config, const std::string& customer_id,
                                            const std::string& return_url, const std::string& operation);
[[nodiscard]] Answer<std::string> read_portal_url(const http::Result& result);

// --- invoices
// ------------------------------------------------------------------------------------------------

struct ListedInvoice {
    std::string id;
    std::string number;
    std::string status;           ///< draft, open, paid, uncollectible, void, or what Stripe adds one day
    std::int64_t amount_due = 0;  ///< in the currency's minor unit
    std::int64_t amount_paid = 0;
    std::string currency;
    std::chrono::sys_seconds created;
    std::string hosted_invoice_url;
    std::string invoice_pdf;
};

struct InvoicePage {
    std::vector<ListedInvoice> invoices;
    bool has_more = false;  ///< then ask again, `starting_after` the last one's id
};

struct InvoiceQuery {
    std::string customer_id;
    int limit = 20;  ///< 1 to 100
    std::string starting_after{};
    std::string status{};
};

[[nodiscard]] http::Request invoice_listing(const StripeConfig& config, const InvoiceQuery& query);
[[nodiscard]] Answer<InvoicePage> read_invoices(const http::Result& result);

// --- subscriptions
// -------------------------------------------------------------------------------------------

[[nodiscard]] http::Request subscription_reading(const StripeConfig& config,
                                                 const std::string& subscription_id);
[[nodiscard]] Answer<StripeSubscription> read_subscription_answer(const http::Result& result);

}  // namespace callflex::stripe
