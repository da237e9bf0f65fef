#include "activities/billing/subscription_facts.hpp"

#include "activities/billing/billing_activities.hpp"
#include "activities/database_text.hpp"
#include "activities/stripe/subscription_reading.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex {
namespace {

std::optional<std::string> text_of(const std::optional<durable::Timestamp>& time) {
    if (!time) return std::nullopt;
    return storable(*time);
}

void merge(pqxx::work& tx, const SubscriptionFact& fact) {
    std::optional<std::string> status;
    if (!fact.status.empty()) status = fact.status;
    durable::exec(tx, sql::learn_subscription, fact.organization_id, storable(fact.subscription_id),
                  storable(fact.customer_id), text_of(fact.created), status, storable(fact.said_at),
                  static_cast<int>(fact.weight), storable(fact.source), storable(fact.plan),
                  storable(fact.metered_item_id), text_of(fact.ended_at));
}

}  // namespace

SubscriptionFact fact_of(const StripeSubscription& subscription, const std::string& organization_id,
                         durable::Timestamp said_at, Weight weight, const std::string& source) {
    return {.organization_id = organization_id,
            .subscription_id = subscription.id,
            .customer_id = subscription.customer_id,
            .status = stripe::organization_status(subscription.status),
            .said_at = said_at,
            .weight = weight,
            .source = source,
            .plan = subscription.plan,
            .metered_item_id = subscription.metered_item_id,
            .created = subscription.created,
            .ended_at = subscription.ended_at,
            .period_start = subscription.period_start,
            .period_end = subscription.period_end};
}

void learn_subscription(pqxx::work& tx, const SubscriptionFact& fact) {
    durable::exec(tx, sql::lock_organization, fact.organization_id);
    merge(tx, fact);
    if (fact.period_start && fact.period_end) {
        durable::exec(tx, sql::learn_period, fact.organization_id, storable(*fact.period_start),
                      storable(*fact.period_end), storable(fact.said_at));
    }
    const auto newest = durable::exec(tx, sql::show_subscription, fact.organization_id);
    if (newest.empty() || newest[0]["ended_at"].is_null()) return;
    durable::exec(tx, sql::end_periods_at, fact.organization_id, newest[0]["ended_at"].as<std::string>());
}

namespace transactional {

durable::Nothing store_subscription(durable::TransactionalContext& context, pqxx::work& tx,
                                    SubscriptionRead read) {
    learn_subscription(tx, fact_of(read.subscription, read.organization_id, read.read_at, Weight::read,
                                   context.info().idempotency_key));
    return {};
}

}  // namespace transactional
}  // namespace callflex
