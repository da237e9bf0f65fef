#pragma once
// From a template and what a business has filled in to an assistant that can be created at VAPI. Pure; any
// thread.

#include <string>
#include <string_view>
#include <vector>

#include "activities/templates/template.hpp"

namespace callflex::templates {

/// What is known of the organization without asking: variables of these names are filled by it when no value
/// is given.
struct OrganizationFacts {
    std::string organization_id;  ///< UUID
    std::string name;             ///< {{businessName}}
    std::string time_zone;        ///< {{timeZone}}; IANA
    std::string
        settings_json;  ///< organizations.settings: {{businessHours}} and the voice; "" or "{}" when none
    /// Public base address of the ingress ("https://api.example"), where function calls are sent.
    std::string api_url;
    std::string credential_id{};  ///< VAPI's custom credential that signs what it sends us; "" when none
};

struct RenderedAssistant {
    std::string name;           ///< "<business> - <template>", at most 40 characters, as VAPI allows
    std::string prompt;         ///< the system message, without placeholders
    std::string first_message;  ///< one line
    std::vector<std::string> functions;
    std::string variables_json;  ///< an object: every variable's value, defaults and facts included
    std::string tools_json;      ///< an array: the functions as VAPI's model.tools wants them
    std::string voice_json;      ///< an object: the template's voice with the organization's settings over it
    std::string model;           ///< "": the configured default
};

/// `variables_json`: an object, name -> value. Throws TemplateError with every problem at once: values that
/// are missing, of the wrong kind or unknown; placeholders that no variable fills.
[[nodiscard]] RenderedAssistant render(const Template& source, std::string_view variables_json,
                                       const OrganizationFacts& organization);

}  // namespace callflex::templates
