#include "api/cli/run_terms.hpp"

#include "api/cli/arguments.hpp"
#include "api/cli/payload_settings.hpp"
#include "api/cli/search_attributes.hpp"

namespace callflex::cli {
namespace {

void put_retry(const RunTerms& terms, std::optional<durable::RetryPolicy>& retry) {
    if (!terms.retry_attempts && !terms.retry_interval) return;
    durable::RetryPolicy policy = retry.value_or(durable::RetryPolicy{.maximum_attempts = 1});
    if (terms.retry_attempts) policy.maximum_attempts = *terms.retry_attempts;
    if (terms.retry_interval) policy.initial_interval = parse_duration(*terms.retry_interval);
    if (policy.maximum_attempts == 1) {
        retry.reset();
    } else {
        retry = std::move(policy);
    }
}

void put_limit(const RunTerms& terms, std::optional<durable::RunLimit>& limit) {
    if (!terms.limit_key && !terms.limit) return;
    if (!terms.limit_key && !limit) {
        throw CommandError(exit_usage, "--limit needs the key of what it limits", "--limit-key account-7");
    }
    if (!limit) limit.emplace();
    if (terms.limit_key) limit->key = *terms.limit_key;
    if (terms.limit) limit->concurrency = *terms.limit;
}

/// Without keys nothing would be sealed for the person, and nothing erased with him.
void check_subject(const std::string& subject, const Session& session) {
    if (subject.empty() || payload_settings(session).keys) return;
    throw CommandError(exit_usage, "--subject needs payload keys, and none are configured here",
                       "CALLFLEX_PAYLOAD_KEYS, as the workers have it (docs/guide/payloads.md)");
}

/// StartOptions and ScheduledWorkflow call the same things by the same names.
template <class Target>
void put_common(const RunTerms& terms, Target& target, Session& session) {
    if (terms.run_timeout) target.run_timeout = parse_duration(*terms.run_timeout);
    if (terms.execution_timeout) target.execution_timeout = parse_duration(*terms.execution_timeout);
    put_retry(terms, target.retry);
    if (terms.priority) target.share.priority = *terms.priority;
    if (terms.fairness_key) target.share.fairness_key = *terms.fairness_key;
    if (terms.weight) target.share.weight = *terms.weight;
    put_limit(terms, target.limit);
    if (terms.attributes) {
        target.attributes = parse_attributes(*terms.attributes, session.client().search_catalog());
    }
}

}  // namespace

void RunTerms::put_into(durable::client::StartOptions& options, Session& session) const {
    put_common(*this, options, session);
    if (!subject) return;
    check_subject(*subject, session);
    options.subject = *subject;
}

void RunTerms::put_into(durable::ScheduledWorkflow& action, Session& session) const {
    put_common(*this, action, session);
    if (!subject) return;
    check_subject(*subject, session);
    action.person = *subject;
    action.subject.clear();
}

void add_ownership_terms(CLI::App& app, RunTerms& terms) {
    app.add_option("--subject", terms.subject,
                   "The person whose data it holds, such as a caller's number: what payload erase --subject "
                   "erases. Not "
                   "stored")
        ->type_name("VALUE");
    add_attribute_option(app, terms.attributes);
    app.add_option("--fairness-key", terms.fairness_key,
                   "With whom it shares its turns in the queue [the tenant]")
        ->type_name("KEY");
    app.add_option("--weight", terms.weight, "Turns of that key for one turn of another: 0.001 to 1000 [1]")
        ->type_name("N")
        ->check(CLI::Range(0.001, 1000.0));
}

void add_run_terms(CLI::App& app, RunTerms& terms) {
    add_ownership_terms(app, terms);
    app.add_option("--run-timeout", terms.run_timeout, "The run ends as timed_out after this time")
        ->type_name("TIME");
    app.add_option("--execution-timeout", terms.execution_timeout,
                   "The whole chain, retries and continue-as-new included, ends as timed_out after this time")
        ->type_name("TIME");
    app.add_option("--retry-attempts", terms.retry_attempts,
                   "Runs that fail are tried again from the start, so many in all; 0: without limit [1]")
        ->type_name("N")
        ->check(CLI::Range(0, 1'000'000));
    app.add_option("--retry-interval", terms.retry_interval,
                   "The pause before the second attempt; doubles with each, up to 100 times [1s]")
        ->type_name("TIME");
    app.add_option("--priority", terms.priority, "Whose turn it is in the queue: 1 goes first, 5 last [3]")
        ->type_name("N")
        ->check(CLI::Range(1, 5));
    app.add_option("--limit-key", terms.limit_key, "What it shares --limit with")->type_name("KEY");
    app.add_option("--limit", terms.limit, "How many runs with that key are under way at once [1]")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000));
}

}  // namespace callflex::cli
