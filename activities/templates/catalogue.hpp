#pragma once
// Templates in the database: reference data that every organization may read.

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "activities/templates/template.hpp"

namespace callflex::templates {

/// In the order of their industries. Throws TemplateError when a row's schema cannot be read.
[[nodiscard]] std::vector<Template> list_templates(pqxx::transaction_base& tx);
/// None when there is no such active template.
[[nodiscard]] std::optional<Template> find_template(pqxx::transaction_base& tx, const std::string& slug);
/// Counts one more assistant made from it.
void count_template_use(pqxx::transaction_base& tx, const std::string& slug);

}  // namespace callflex::templates
