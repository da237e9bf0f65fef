#pragma once
// A database with organizations that have plans, owners, subscriptions and calls: what tests of billing start
// from.

#include <fmt/format.h>

#include <string>

#include "activities/billing/billing_activities.hpp"
#include "activities/billing/subscription_facts.hpp"
#include "activities/database_text.hpp"
#include "tests/workflows/product_database.hpp"

namespace test {

class BillingWorld : public ProductDatabase {
  public:
    /// The organization of ProductDatabase has 200 minutes included (starter, 20 cents beyond), an owner, and
    /// a period from 2026-11-01 to 2026-12-01.
    BillingWorld() {
        database.execute(
            fmt::format("insert into app.users (id, email) values ('0199f0a4-0000-7000-8000-0000000000e1', "
                        "'owner@acme.example');"
                        "insert into app.organization_members (organization_id, user_id, role) values ('{}', "
                        "'0199f0a4-0000-7000-8000-0000000000e1', 'owner')",
                        organization_id));
    }

    static durable::Timestamp at(const char* iso) {
        int y = 0;
        int mo = 0;
        int d = 0;
        int h = 0;
        int mi = 0;
        int s = 0;
        if (std::sscanf(iso, "%d-%d-%dT%d:%d:%d", &y, &mo, &d, &h, &mi, &s) < 3)
            throw std::invalid_argument{iso};
        const std::chrono::year_month_day date{std::chrono::year{y} / mo / d};
        return durable::Timestamp{std::chrono::sys_days{date}} + std::chrono::hours{h} +
               std::chrono::minutes{mi} + std::chrono::seconds{s};
    }

    /// A subscription that began with the period.
    void subscribe(const std::string& organization = organization_id, const char* created = "2026-11-01") {
        learn({.organization_id = organization,
               .subscription_id = "sub_" + organization,
               .customer_id = "cus_" + organization,
               .status = "active",
               .said_at = at(created),
               .source = "evt_0",
               .created = at(created)});
    }
    void learn(const callflex::SubscriptionFact& fact) {
        pqxx::work tx{application};
        callflex::act_for_everybody(tx);
        callflex::learn_subscription(tx, fact);
        tx.commit();
    }

    /// An ended call of so many seconds; `counted` as call-processing leaves it.
    std::string add_call_of(durable::Timestamp ended_at, int seconds, bool counted = true,
                            const std::string& organization = organization_id) {
        const std::string id = fmt::format("0199f0a4-1111-7000-8000-{:012x}", ++calls_);
        callflex::EndedCall call = ended_call(id);
        call.organization_id = organization;
        call.started_at = ended_at - std::chrono::seconds{seconds};
        call.ended_at = ended_at;
        call.duration_seconds = seconds;
        add_call(call);
        if (counted) count(call);
        return id;
    }
    void count(const callflex::EndedCall& call) {
        pqxx::work tx{application};
        callflex::act_for(tx, call.organization_id);
        TransactionalInfo context;
        callflex::transactional::count_usage(
            context, tx,
            {callflex::key_of(call), call.ended_at, callflex::billed_minutes(call.duration_seconds), 100});
        tx.commit();
    }

    template <class Output, class Input>
    Output run_for_everybody(Output (*activity)(durable::TransactionalContext&, pqxx::work&, Input),
                             const std::type_identity_t<Input>& input) {
        TransactionalInfo context;
        pqxx::work tx{application};
        callflex::act_for_everybody(tx);
        Output output = activity(context, tx, input);
        tx.commit();
        return output;
    }

    /// "2026-11-01..2026-12-01 open, ..." of the organization, by start.
    [[nodiscard]] std::string periods() const {
        return value(
            fmt::format("select string_agg(to_char(period_start at time zone 'UTC', 'YYYY-MM-DD') || '..' || "
                        "to_char(period_end at time zone 'UTC', 'YYYY-MM-DD') || ' ' || state, ', ' order by "
                        "period_start) "
                        "from app.billing_periods where organization_id = '{}'",
                        organization_id));
    }

  private:
    int calls_ = 0;
};

}  // namespace test
