#include "activities/templates/schema.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>

#include "activities/templates/values.hpp"

namespace callflex::templates {

namespace {

using nlohmann::json;

const json* member(const json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() ? &*found : nullptr;
}

std::string text(const json& object, const char* name) {
    const json* value = member(object, name);
    return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}

bool is_name(std::string_view name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !name.empty() && name.size() <= 64 && letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

class Reader {
  public:
    explicit Reader(std::vector<std::string>& problems) : problems_{problems} {}

    std::vector<Variable> read(const json& schema) {
        const json* properties = member(schema, "properties");
        if (text(schema, "type") != "object" || properties == nullptr || !properties->is_object()) {
            refuse("variables", R"(expected {"type": "object", "properties": {...}})");
            return {};
        }
        std::vector<std::pair<double, Variable>> placed;
        for (const auto& [name, property] : properties->items()) {
            if (auto variable = read_variable(name, property)) {
                placed.emplace_back(position(property), std::move(*variable));
            }
        }
        std::ranges::sort(placed, {}, [](const auto& one) { return std::tie(one.first, one.second.name); });
        std::vector<Variable> out;
        for (auto& [at, variable] : placed) out.push_back(std::move(variable));
        read_required(schema, out);
        check_defaults(out);
        return out;
    }

  private:
    void refuse(const std::string& path, std::string_view problem) {
        problems_.push_back(fmt::format("{}: {}", path, problem));
    }

    static double position(const json& property) {
        const json* value = member(property, "x-position");
        return value != nullptr && value->is_number() ? value->get<double>()
                                                      : std::numeric_limits<double>::max();
    }

    std::optional<Variable> read_variable(const std::string& name, const json& property) {
        const std::string path = "variables.properties." + name;
        if (!is_name(name)) {
            refuse("variables.properties", "a name begins with a letter and holds letters, digits and _");
            return std::nullopt;
        }
        const auto kind = kind_of(property);
        if (!kind) {
            refuse(path, "is none of text, textarea, phone, email, hours, select and multiselect");
            return std::nullopt;
        }
        Variable out;
        out.name = name;
        out.kind = *kind;
        out.title = text(property, "title");
        out.description = text(property, "description");
        if (out.title.empty()) out.title = name;
        if (*kind == VariableKind::textarea) out.length_max = 4000;
        if (const json* length = member(property, "maxLength")) {
            if (length->is_number_unsigned()) out.length_max = length->get<std::size_t>();
        }
        if (const json* value = member(property, "default")) out.default_json = value->dump();
        if (!read_options(property, path, out)) return std::nullopt;
        return out;
    }

    static std::optional<VariableKind> kind_of(const json& property) {
        const std::string type = text(property, "type");
        const std::string format = text(property, "format");
        if (type == "array" && member(property, "items") != nullptr) return VariableKind::multiselect;
        if (type == "object" && format == "hours") return VariableKind::hours;
        if (type != "string") return std::nullopt;
        if (member(property, "enum") != nullptr) return VariableKind::select;
        if (format.empty()) return VariableKind::text;
        if (format == "textarea") return VariableKind::textarea;
        if (format == "phone") return VariableKind::phone;
        if (format == "email") return VariableKind::email;
        return std::nullopt;
    }

    bool read_options(const json& property, const std::string& path, Variable& out) {
        const bool many = out.kind == VariableKind::multiselect;
        if (!many && out.kind != VariableKind::select) return true;
        const json* options = member(many ? *member(property, "items") : property, "enum");
        if (options == nullptr || !options->is_array() || options->empty()) {
            refuse(path, "has no options: expected a list of texts as its enum");
            return false;
        }
        for (const json& option : *options) {
            if (!option.is_string()) {
                refuse(path, "an option is not a text");
                return false;
            }
            out.options.push_back(option.get<std::string>());
        }
        return true;
    }

    void read_required(const json& schema, std::vector<Variable>& variables) {
        const json* required = member(schema, "required");
        if (required == nullptr) return;
        if (!required->is_array()) return refuse("variables.required", "expected a list of names");
        for (const json& name : *required) {
            const auto found =
                std::ranges::find_if(variables, [&](const Variable& v) { return name == v.name; });
            if (found == variables.end()) {
                refuse("variables.required", "names a variable that is not among the properties");
            } else {
                found->required = true;
            }
        }
    }

    void check_defaults(const std::vector<Variable>& variables) {
        for (const Variable& variable : variables) {
            if (!variable.default_json) continue;
            const auto checked = check_value(variable, *variable.default_json);
            if (!checked.problem.empty()) {
                refuse(fmt::format("variables.properties.{}.default", variable.name), checked.problem);
            }
        }
    }

    std::vector<std::string>& problems_;
};

}  // namespace

std::vector<Variable> read_variables(std::string_view schema_json) {
    const json schema = json::parse(schema_json, nullptr, false);
    if (schema.is_discarded()) throw TemplateError{{"variables: is not JSON"}};
    std::vector<std::string> problems;
    auto out = Reader{problems}.read(schema);
    if (!problems.empty()) throw TemplateError{std::move(problems)};
    return out;
}

}  // namespace callflex::templates
