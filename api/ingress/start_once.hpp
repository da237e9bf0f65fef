#pragma once
// The start of a workflow as a webhook asks for it: the id names the business fact, and whoever asks again,
// at the same time or later, gets the run that is there.
//
// `person`: whose data the run holds, as payload keys and `payload erase --subject` know him (caller_of for
// what a call has brought about); "" when it says nothing of anybody.

#include "engine/client/client.hpp"

namespace callflex::ingress {

template <class Input, class Output>
[[nodiscard]] durable::store::StartRequest start_once(durable::client::Client& client,
                                                      const durable::WorkflowType<Input, Output>& type,
                                                      const Input& input, const std::string& organization_id,
                                                      std::string workflow_id, std::string person) {
    durable::store::StartRequest out;
    out.workflow = durable::WorkflowId{std::move(workflow_id)};
    out.type = type.name;
    out.input = durable::encode(input);
    out.tenant = durable::Tenant{organization_id};
    out.person = std::move(person);
    out.run = client.new_run_id();
    out.conflict = durable::client::ConflictPolicy::use_existing;
    out.reuse = durable::client::ReusePolicy::reject;
    return out;
}

}  // namespace callflex::ingress
