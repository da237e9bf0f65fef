#pragma once
// VAPI's assistants as values: requests to make, answers to read. No I/O.
//
// VAPI knows no idempotency keys. An assistant carries its maker's operation id in metadata.opId, and a
// creation whose answer was lost is settled by looking for it (find_by_op).

#include <optional>
#include <string>
#include <vector>

#include "activities/vapi/api.hpp"
#include "engine/workflow/payload.hpp"
#include "engine/workflow/time.hpp"

namespace callflex::vapi {

/// What an assistant should be. The rest (server, voice limits, recording) follows from the configuration.
struct AssistantSpec {
    std::string organization_id;
    std::string op_id;  ///< the intent's own id, stored before anything is sent
    std::string name;   ///< cut to 40 characters
    std::string first_message;
    std::string prompt;
    std::string model;                   ///< "": VapiConfig::model
    durable::Payload voice{};            ///< VAPI's voice object; null or {}: VAPI's own default
    std::vector<std::string> functions;  ///< names of templates/tools.hpp
};

struct Assistant {
    std::string id;
    std::string name;
    std::string organization_id;   ///< metadata.organizationId, "" when it is not one of ours
    std::string op_id;             ///< metadata.opId, likewise
    std::string latest_version{};  ///< "" when VAPI does not say
    std::string created_at{};      ///< ISO time
};

/// "" or what VAPI would refuse: "the prompt is empty", "there is no function called ...".
[[nodiscard]] std::string problem_of(const VendorConfig& config, const AssistantSpec& spec);

/// The body of POST and PATCH: always the whole assistant, since nobody promises that nested objects merge.
[[nodiscard]] nlohmann::json body_of(const VendorConfig& config, const AssistantSpec& spec);

[[nodiscard]] http::Request assistant_creation(const VendorConfig& config, const AssistantSpec& spec);
[[nodiscard]] http::Request assistant_update(const VendorConfig& config, const std::string& id,
                                             const AssistantSpec& spec);
[[nodiscard]] http::Request assistant_reading(const VapiConfig& config, const std::string& id);
[[nodiscard]] http::Request assistant_deletion(const VapiConfig& config, const std::string& id);
/// Those created since then: 1000 at most.
[[nodiscard]] http::Request assistant_listing(const VapiConfig& config, durable::Timestamp created_since);

[[nodiscard]] Answer<Assistant> read_assistant(const http::Result& result);

struct AssistantList {
    std::vector<Assistant> assistants;
    bool complete = false;  ///< nothing was left off, and every entry could be read
};
[[nodiscard]] Answer<AssistantList> read_assistants(const http::Result& result);
[[nodiscard]] std::optional<Assistant> find_by_op(const AssistantList& list, const std::string& op_id);

}  // namespace callflex::vapi
