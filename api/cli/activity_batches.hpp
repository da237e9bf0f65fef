#pragma once
// An operator's order for one pending activity, or with -q for those of many runs, by a batch job.

#include "api/cli/activity_arguments.hpp"
#include "api/cli/batches.hpp"

namespace callflex::cli {

struct OrdersArguments {
    OrderArguments order;
    RunsArgument runs;
    std::string type;  ///< with -q: only these activities; "": all

    /// Throws CommandError if there is neither RUN and EVENT nor a filter.
    [[nodiscard]] bool is_query() const;
};
/// RUN EVENT, or -q FILTER and --type, --rps, --yes; --namespace, --reason.
void add_orders_arguments(CLI::App& app, OrdersArguments& orders);

/// Makes the job: see start_batch().
int order_many(Session& session, const OrdersArguments& orders, durable::client::BatchVerb verb,
               durable::client::BatchArguments arguments = {});

}  // namespace callflex::cli
