#pragma once
// For whom a transaction works: row-level security shows it the rows of those organizations and nothing else
// (schema/app/0005_isolation.sql). Both hold until the transaction ends, and work through a transaction
// pooler.

#include <pqxx/pqxx>
#include <string>
#include <utility>

#include "engine/worker/activities.hpp"

namespace callflex {

/// From here on the transaction sees this organization: a UUID, or several joined by commas.
void act_for(pqxx::transaction_base& tx, const std::string& organization_id);
/// From here on the transaction sees every organization: for sweeps, and for webhooks that name none.
void act_for_everybody(pqxx::transaction_base& tx);
/// Takes back both: nothing is seen. For transactions that several share, one after the other.
void act_for_nobody(pqxx::transaction_base& tx);

/// A transactional activity's implementation that acts for the tenant of its run.
template <class Output, class Input>
auto for_the_tenant(Output (*implementation)(durable::TransactionalContext&, pqxx::work&, Input)) {
    return [implementation](durable::TransactionalContext& context, pqxx::work& tx, Input input) {
        act_for(tx, context.info().tenant.value);
        return implementation(context, tx, std::move(input));
    };
}
/// One that acts for the whole system.
template <class Output, class Input>
auto for_everybody(Output (*implementation)(durable::TransactionalContext&, pqxx::work&, Input)) {
    return [implementation](durable::TransactionalContext& context, pqxx::work& tx, Input input) {
        act_for_everybody(tx);
        return implementation(context, tx, std::move(input));
    };
}

}  // namespace callflex
