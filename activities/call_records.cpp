#include "activities/call_records.hpp"

#include "activities/database_text.hpp"
#include "activities/transactional.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::transactional {

namespace {

/// The facts that are looked at but never searched for: one jsonb.
struct Extracted {
    std::optional<std::string> caller_name;
    std::vector<std::string> action_items;
};
BOOST_DESCRIBE_STRUCT(Extracted, (), (caller_name, action_items))

}  // namespace

durable::ApplicationError call_not_found(const CallKey& call) {
    return {"CallNotFound",
            "call " + call.call_id + " of organization " + call.organization_id + ", started at " +
                storable(call.started_at) + ", has no row in app.calls",
            {.retryable = false}};
}

durable::Nothing update_call_record(durable::TransactionalContext&, pqxx::work& tx, CallRecord input) {
    const CallFindings& findings = input.findings;
    const auto summary = storable(findings.summary);
    std::optional<std::string> source;
    if (summary) source = findings.extractive ? "extractive" : "model";
    const std::string extracted =
        storable(durable::encode(Extracted{findings.caller_name, findings.action_items}));
    const auto updated =
        durable::exec(tx, sql::update_call_record, input.call.organization_id,
                      storable(input.call.started_at), input.call.call_id, or_null(summary), or_null(source),
                      or_null(findings.call_type), or_null(findings.sentiment), extracted);
    if (updated.affected_rows() == 0) throw call_not_found(input.call);
    return {};
}

}  // namespace callflex::transactional
