#include "api/cli/start_arguments.hpp"

#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "engine/store/id_source.hpp"

namespace callflex::cli {

using durable::client::ConflictPolicy;
using durable::client::ReusePolicy;
using durable::client::StartResult;

durable::client::StartOptions StartArguments::resolved(const std::string& type, Session& session) const {
    auto start = options;
    start.workflow.value = id.empty() ? type + "-" + durable::store::IdSource{}.uuid_v7().to_string() : id;
    if (conflict == "use-existing") start.conflict = ConflictPolicy::use_existing;
    if (conflict == "terminate-existing" || terminate_existing) {
        start.conflict = ConflictPolicy::terminate_existing;
    }
    if (reuse == "allow-if-not-completed") start.reuse = ReusePolicy::allow_if_not_completed;
    if (reuse == "reject") start.reuse = ReusePolicy::reject;
    if (on_mismatch == "fail") start.on_mismatch = durable::MismatchPolicy::fail;
    if (on_mismatch == "suspend") start.on_mismatch = durable::MismatchPolicy::suspend;
    if (!delay.empty()) start.start_delay = parse_duration(delay);
    terms.put_into(start, session);
    return start;
}

void add_start_arguments(CLI::App& app, StartArguments& start, Started what) {
    app.add_option("--namespace,-n", start.options.name_space, "Namespace")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--tenant", start.options.tenant.value, "Whose data it is (the product: organization id)")
        ->type_name("ID");
    app.add_option("--queue,-q", start.options.queue, "Queue of the workers that run it")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--request-id", start.options.request_id, "The same request id again does nothing again")
        ->type_name("ID");
    app.add_option("--reuse", start.reuse,
                   "When a closed run had the id: allow, allow-if-not-completed or reject")
        ->type_name("POLICY")
        ->capture_default_str()
        ->check(CLI::IsMember({"allow", "allow-if-not-completed", "reject"}));
    app.add_option("--delay", start.delay, "Begin only after this time")->type_name("TIME");
    if (what == Started::job) return add_ownership_terms(app, start.terms);
    add_run_terms(app, start.terms);
    app.add_option("--on-mismatch", start.on_mismatch,
                   "When code does not answer as recorded: suspend or fail [as the type is registered]")
        ->type_name("POLICY")
        ->check(CLI::IsMember({"suspend", "fail"}));
    app.add_flag("--unknown-type", start.unknown_type,
                 "Start it even though this build does not know the type");
}

void add_new_id(CLI::App& app, StartArguments& start, const std::string& help) {
    app.add_option("--id,-w", start.id, help + " [made up]")->type_name("ID");
    app.add_option("--conflict", start.conflict,
                   "When an open run has the id: fail, use-existing or terminate-existing")
        ->type_name("POLICY")
        ->capture_default_str()
        ->check(CLI::IsMember({"fail", "use-existing", "terminate-existing"}));
}

void add_shared_id(CLI::App& app, StartArguments& start) {
    app.add_option("--id,-w", start.id, "Workflow id")->type_name("ID")->required();
    app.add_flag("--terminate-existing", start.terminate_existing,
                 "Do not send it to an open run but end that, and start another one");
}

void check_type(Session& session, const std::string& type, bool unknown_type) {
    if (unknown_type || session.workflows().knows(type)) return;
    throw CommandError(exit_usage,
                       fmt::format("this build has no workflow type \"{}\"; it has: {}", type,
                                   fmt::join(session.workflows().names(), ", ")),
                       "one of these, or --unknown-type if another build's workers know it");
}

void check_started(const StartResult& result, const StartArguments& start,
                   const durable::client::StartOptions& options) {
    const auto run = result.run.value.to_string();
    if (result.outcome == StartResult::Outcome::already_open) {
        throw CommandError(exit_refused, fmt::format("{} has an open run, {}", options.workflow.value, run),
                           "--conflict use-existing or --conflict terminate-existing, or another --id");
    }
    if (result.outcome == StartResult::Outcome::already_closed) {
        throw CommandError(exit_refused,
                           fmt::format("{} had a run, {}, and --reuse {} forbids another",
                                       options.workflow.value, run, start.reuse),
                           "another --id, or --reuse allow");
    }
}

}  // namespace callflex::cli
