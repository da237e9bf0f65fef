#include "activities/templates/catalogue.hpp"

#include "activities/templates/schema.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::templates {

namespace {

std::vector<std::string> texts(const pqxx::field& array) {
    std::vector<std::string> out;
    auto parser = array.as_array();
    for (auto [what, text] = parser.get_next(); what != pqxx::array_parser::juncture::done;
         std::tie(what, text) = parser.get_next()) {
        if (what == pqxx::array_parser::juncture::string_value) out.push_back(text);
    }
    return out;
}

Template read_row(const pqxx::row& row) {
    Template out;
    out.slug = row["slug"].as<std::string>();
    out.industry = row["industry"].as<std::string>();
    out.name = row["name"].as<std::string>();
    out.description = row["description"].as<std::string>();
    out.system_prompt = row["system_prompt"].as<std::string>();
    out.first_message = row["first_message"].as<std::string>();
    out.variables = read_variables(row["variables"].as<std::string>());
    out.voice_json = row["voice"].as<std::string>();
    out.model = row["model"].as<std::string>();
    out.functions = texts(row["functions"]);
    return out;
}

}  // namespace

std::vector<Template> list_templates(pqxx::transaction_base& tx) {
    std::vector<Template> out;
    for (const auto& row : durable::exec(tx, sql::list_templates, nullptr)) out.push_back(read_row(row));
    return out;
}

std::optional<Template> find_template(pqxx::transaction_base& tx, const std::string& slug) {
    const auto rows = durable::exec(tx, sql::list_templates, slug);
    if (rows.empty()) return std::nullopt;
    return read_row(rows[0]);
}

void count_template_use(pqxx::transaction_base& tx, const std::string& slug) {
    durable::exec(tx, sql::count_template_use, slug);
}

}  // namespace callflex::templates
