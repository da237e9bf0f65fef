#include "activities/templates/template.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace callflex::templates {

std::string_view name(VariableKind kind) {
    switch (kind) {
        case VariableKind::text:
            return "text";
        case VariableKind::textarea:
            return "textarea";
        case VariableKind::phone:
            return "phone";
        case VariableKind::email:
            return "email";
        case VariableKind::hours:
            return "hours";
        case VariableKind::select:
            return "select";
        case VariableKind::multiselect:
            return "multiselect";
    }
    return "unknown";
}

TemplateError::TemplateError(std::vector<std::string> problems)
    : problems_{std::move(problems)}, text_{fmt::format("{}", fmt::join(problems_, "\n"))} {}

}  // namespace callflex::templates
