#pragma once
// The assistant's part of onboarding: prepared in our database first, made at VAPI, written down.

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "activities/defaults.hpp"
#include "engine/workflow/payload.hpp"

namespace callflex {

struct AssistantToPrepare {
    std::string organization_id;
    std::string template_slug;
    durable::Payload variables;
};
BOOST_DESCRIBE_STRUCT(AssistantToPrepare, (), (organization_id, template_slug, variables))

/// The intent, stored before anything is sent. `assistant_id` is the operation id that VAPI is given as
/// metadata.opId.
struct PreparedAssistant {
    std::string organization_id;
    std::string assistant_id;  ///< app.assistants
    std::string name;
    std::string prompt;
    std::string first_message;
    std::string model;
    durable::Payload voice;
    std::vector<std::string> functions;
    durable::Timestamp prepared_at;  ///< VAPI cannot have it from before
};
BOOST_DESCRIBE_STRUCT(PreparedAssistant, (),
                      (organization_id, assistant_id, name, prompt, first_message, model, voice, functions,
                       prepared_at))

/// Transactional. An organization has one assistant in onboarding: a run after one that was ended by force
/// goes on with it. Final failures: "OrganizationNotFound", "TemplateNotFound", "TemplateRejected" (every
/// problem, a line each), "PlanLimitReached".
inline constexpr durable::Activity<AssistantToPrepare, PreparedAssistant> prepare_assistant{
    "prepare_assistant", transactional_defaults};

/// Creations at vendors without idempotency keys: at most once, settled by looking for what was made.
inline constexpr durable::ActivityDefaults creation_defaults{.schedule_to_close = std::chrono::minutes{15},
                                                             .start_to_close = std::chrono::seconds{60},
                                                             .initial_interval = std::chrono::seconds{1},
                                                             .maximum_interval = std::chrono::minutes{1},
                                                             .delivery = durable::Delivery::at_most_once};

/// Requests that may be repeated.
inline constexpr durable::ActivityDefaults repeatable_defaults{.schedule_to_close = std::chrono::minutes{15},
                                                               .start_to_close = std::chrono::seconds{60},
                                                               .initial_interval = std::chrono::seconds{1},
                                                               .maximum_interval = std::chrono::minutes{1}};

/// Taking back what was made: worth a day of trying.
inline constexpr durable::ActivityDefaults undoing_defaults{.schedule_to_close = std::chrono::hours{24},
                                                            .start_to_close = std::chrono::seconds{60},
                                                            .initial_interval = std::chrono::seconds{1},
                                                            .maximum_interval = std::chrono::minutes{10}};

struct CreatedAssistant {
    std::string vapi_assistant_id;
};
BOOST_DESCRIBE_STRUCT(CreatedAssistant, (), (vapi_assistant_id))

/// At VAPI; adopts the one that carries the operation id. Final failures: "InvalidAssistant",
/// "Vapi.not_configured", "Vapi.http_400" and the like.
inline constexpr durable::Activity<PreparedAssistant, CreatedAssistant> create_assistant{"create_assistant",
                                                                                         creation_defaults};

struct AssistantEntry {
    std::string organization_id;
    std::string assistant_id;
    std::string vapi_assistant_id;
};
BOOST_DESCRIBE_STRUCT(AssistantEntry, (), (organization_id, assistant_id, vapi_assistant_id))

/// Transactional: VAPI has it.
inline constexpr durable::Activity<AssistantEntry, durable::Nothing> record_assistant{"record_assistant",
                                                                                      transactional_defaults};

struct AssistantToRemove {
    std::string assistant_id;
    std::string vapi_assistant_id;  ///< "": looked for by the operation id
    durable::Timestamp prepared_at;
};
BOOST_DESCRIBE_STRUCT(AssistantToRemove, (), (assistant_id, vapi_assistant_id, prepared_at))

/// At VAPI; one that is not there is removed. Final failure: "Vapi.assistant_pinned" (something else uses
/// it).
inline constexpr durable::Activity<AssistantToRemove, durable::Nothing> remove_assistant{"remove_assistant",
                                                                                         undoing_defaults};

}  // namespace callflex
