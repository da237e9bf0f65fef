#pragma once
// The JSON Schema of a template's variables (app.templates.variables), and how its keywords say what kind
// each one is:
//
//   text         {"type": "string", "maxLength": 120}
//   textarea     {"type": "string", "format": "textarea"}
//   phone        {"type": "string", "format": "phone"}
//   email        {"type": "string", "format": "email"}
//   hours        {"type": "object", "format": "hours"}
//   select       {"type": "string", "enum": ["..."]}
//   multiselect  {"type": "array", "items": {"type": "string", "enum": ["..."]}}
//
// Each may have title, description, default, and x-position (its place in a form; jsonb keeps no order).
// Pure.

#include <string_view>
#include <vector>

#include "activities/templates/template.hpp"

namespace callflex::templates {

/// In the order of x-position, then of names. Throws TemplateError, each problem with its path.
[[nodiscard]] std::vector<Variable> read_variables(std::string_view schema_json);

}  // namespace callflex::templates
