#include "tests/conformance/support.hpp"

#include <algorithm>

#include "tests/support/invariants.hpp"

namespace conformance {

using durable::RunId;
using durable::testing::TestEnvironment;

durable::client::RunRef named(const std::string& workflow_id) {
    return {.workflow = durable::WorkflowId{workflow_id}};
}
durable::client::RunRef ref(RunId run) {
    return {.run = run};
}

std::vector<std::string> kinds(TestEnvironment& env, RunId run) {
    std::vector<std::string> names;
    for (const durable::history::Activation& activation : env.history(run)) {
        for (const auto& event : activation.arrived) names.emplace_back(durable::history::kind_name(event));
        for (const auto& event : activation.commands) names.emplace_back(durable::history::kind_name(event));
    }
    return names;
}
int count(TestEnvironment& env, RunId run, const std::string& kind) {
    return static_cast<int>(std::ranges::count(kinds(env, run), kind));
}

int number(TestEnvironment& env, const std::string& sql) {
    pqxx::nontransaction reader{env.database().owner()};
    return reader.exec1(sql)[0].as<int>();
}
void execute(TestEnvironment& env, const std::string& sql) {
    pqxx::work tx{env.database().owner()};
    tx.exec(sql);
    tx.commit();
}

void must_be_sound(TestEnvironment& env) {
    ::test::check_invariants(env.database().owner());
}

}  // namespace conformance
