#include "activities/billing/billing_activities.hpp"
#include "activities/tenancy.hpp"

namespace callflex {

void register_billing_activities(durable::worker::ActivityRegistry& registry) {
    namespace t = transactional;
    registry.transactional(read_billing_info, for_the_tenant(t::read_billing_info));
    registry.transactional(reconcile_usage, for_the_tenant(t::reconcile_usage));
    registry.transactional(claim_period_usage, for_the_tenant(t::claim_period_usage));
    registry.transactional(close_period, for_the_tenant(t::close_period));
    registry.transactional(skip_period, for_the_tenant(t::skip_period));
    registry.transactional(open_next_period, for_the_tenant(t::open_next_period));
    registry.transactional(plan_period_summary, for_the_tenant(t::plan_period_summary));
    registry.transactional(raise_usage_alerts, for_the_tenant(t::raise_usage_alerts));
    registry.transactional(due_periods, for_everybody(t::due_periods));
    registry.transactional(organization_page, for_everybody(t::organization_page));
    registry.transactional(rebuild_usage_day, for_everybody(t::rebuild_usage_day));
    // A customer belongs to one organization of all of them.
    registry.transactional(store_subscription, for_everybody(t::store_subscription));
}

}  // namespace callflex
