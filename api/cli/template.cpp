// template list, show and preview.

#include "activities/templates/template.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <pqxx/pqxx>

#include "activities/templates/catalogue.hpp"
#include "activities/templates/render.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/table.hpp"
#include "api/cli/template_values.hpp"
#include "engine/client/connection_pool.hpp"

namespace callflex::cli {
namespace {

using templates::Template;
using templates::Variable;

std::vector<Template> read_all(const Session& session) {
    pqxx::connection connection{durable::client::with_deadlines(session.database_url())};
    pqxx::read_transaction tx{connection};
    return templates::list_templates(tx);
}

Template read_one(const Session& session, const std::string& slug) {
    pqxx::connection connection{durable::client::with_deadlines(session.database_url())};
    pqxx::read_transaction tx{connection};
    auto found = templates::find_template(tx, slug);
    if (!found) {
        throw CommandError(exit_not_found, "there is no template " + slug,
                           "callflex template list shows what there is");
    }
    return *std::move(found);
}

Json to_json(const Variable& variable) {
    Json json{{"name", variable.name},
              {"kind", templates::name(variable.kind)},
              {"title", variable.title},
              {"required", variable.required}};
    if (variable.default_json) json["default"] = Json::parse(*variable.default_json);
    if (!variable.options.empty()) json["options"] = variable.options;
    return json;
}

Json to_json(const Template& source) {
    Json json{{"slug", source.slug},
              {"industry", source.industry},
              {"name", source.name},
              {"description", source.description},
              {"functions", source.functions},
              {"first_message", source.first_message},
              {"system_prompt", source.system_prompt},
              {"variables", Json::array()}};
    for (const Variable& variable : source.variables) json["variables"].push_back(to_json(variable));
    return json;
}

int list(Session& session) {
    const auto all = read_all(session);
    if (!session.for_people()) {
        Json json = Json::array();
        for (const Template& source : all) {
            json.push_back({{"slug", source.slug}, {"industry", source.industry}, {"name", source.name}});
        }
        session.print_json(json);
        return exit_ok;
    }
    Table table({"SLUG", "INDUSTRY", "NAME", "VARIABLES", "FUNCTIONS"});
    for (const Template& source : all) {
        table.add({{source.slug, Color::bold},
                   {source.industry},
                   {source.name},
                   {std::to_string(source.variables.size())},
                   {fmt::format("{}", fmt::join(source.functions, " "))}});
    }
    table.print(session.out(), session.style());
    return exit_ok;
}

std::string remark(const Variable& variable) {
    if (variable.default_json) return "default " + cut(*variable.default_json, 60);
    return variable.options.empty() ? "" : cut(fmt::format("{}", fmt::join(variable.options, ", ")), 60);
}

int show(Session& session, const std::string& slug) {
    const Template source = read_one(session, slug);
    if (!session.for_people()) {
        session.print_json(to_json(source));
        return exit_ok;
    }
    const auto style = session.style();
    session.out() << style(Color::bold, source.name) << " (" << source.industry << ")\n"
                  << source.description << "\n\n";
    Table table({"VARIABLE", "KIND", "", "TITLE", ""});
    for (const Variable& variable : source.variables) {
        table.add({{variable.name, Color::bold},
                   {std::string{templates::name(variable.kind)}},
                   {variable.required ? "required" : "", Color::yellow},
                   {variable.title},
                   {remark(variable), Color::dim}});
    }
    table.print(session.out(), style);
    session.out() << '\n'
                  << style(Color::dim, "First message") << '\n'
                  << source.first_message << "\n\n"
                  << style(Color::dim, "Prompt") << '\n'
                  << source.system_prompt;
    return exit_ok;
}

struct PreviewArguments {
    std::string slug;
    std::vector<std::string> values;
};

void print_problems(const Session& session, const templates::TemplateError& error) {
    if (!session.for_people()) return session.print_json({{"problems", error.problems()}});
    for (const std::string& problem : error.problems()) {
        session.err() << session.err_style()(Color::red, "✗") << ' ' << harmless(problem) << '\n';
    }
}

int preview(Session& session, const PreviewArguments& arguments) {
    const Template source = read_one(session, arguments.slug);
    const std::string values = template_values(source, arguments.values);
    templates::OrganizationFacts nobody;
    nobody.api_url = "https://api.example";
    try {
        const auto rendered = templates::render(source, values, nobody);
        if (!session.for_people()) {
            session.print_json({{"first_message", rendered.first_message},
                                {"prompt", rendered.prompt},
                                {"functions", rendered.functions},
                                {"variables", Json::parse(rendered.variables_json)}});
            return exit_ok;
        }
        const auto style = session.style();
        session.out() << style(Color::dim, "First message") << '\n'
                      << rendered.first_message << "\n\n"
                      << style(Color::dim, "Prompt") << '\n'
                      << rendered.prompt;
        return exit_ok;
    } catch (const templates::TemplateError& error) {
        print_problems(session, error);
        return exit_usage;
    }
}

}  // namespace

std::string template_values(const Template& source, const std::vector<std::string>& arguments) {
    using templates::VariableKind;
    Json values = Json::object();
    for (const std::string& argument : arguments) {
        const auto equals = argument.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw CommandError(exit_usage, "--set takes name=value, not " + cut(argument, 40),
                               "callflex template show names the variables");
        }
        const std::string name = argument.substr(0, equals);
        const std::string text = argument.substr(equals + 1);
        const auto variable = std::ranges::find(source.variables, name, &Variable::name);
        const auto kind = variable == source.variables.end() ? VariableKind::text : variable->kind;
        Json value = text;
        if (kind == VariableKind::hours || (kind == VariableKind::multiselect && text.starts_with('['))) {
            Json parsed = Json::parse(text, nullptr, false);
            if (!parsed.is_discarded()) value = std::move(parsed);
        } else if (kind == VariableKind::multiselect) {
            value = CLI::detail::split(text, ',');
        }
        values[name] = std::move(value);
    }
    return values.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void define_template_list(CLI::App& app, Session& session) {
    manual(app, "Lists the templates that an assistant can be made from. JSON: [{slug, industry, name}].",
           {{"callflex template list", "what is there?"}});
    app.callback([&session] { session.exit_code = list(session); });
}

void define_template_show(CLI::App& app, Session& session) {
    auto slug = std::make_shared<std::string>();
    app.add_option("TEMPLATE", *slug, "The template's slug")->required();
    manual(app,
           "Shows a template: its variables, first message and prompt. JSON: {slug, industry, name, "
           "description, "
           "functions, first_message, system_prompt, variables: [{name, kind, title, required, default, "
           "options}]}.",
           {{"callflex template show legal-intake", "what does a law office fill in?"}});
    app.callback([slug, &session] { session.exit_code = show(session, *slug); });
}

void define_template_preview(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<PreviewArguments>();
    app.add_option("TEMPLATE", arguments->slug, "The template's slug")->required();
    app.add_option("--set", arguments->values, "A variable's value; may be given again")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false)
        ->expected(1)
        ->take_all();
    manual(app,
           "Fills a template in and prints the prompt and the first message, or every problem at once (exit "
           "code 2). "
           "Hours are JSON, several choices are separated by commas. Nothing is stored. JSON: "
           "{first_message, prompt, "
           "functions, variables}, or {problems}.",
           {{"callflex template preview general-receptionist --set businessName=Acme --set "
             "businessDescription='We repair bicycles.'",
             "as the assistant would get it"},
            {"callflex template preview legal-intake", "what is missing?"}});
    app.callback([arguments, &session] { session.exit_code = preview(session, *arguments); });
}

}  // namespace callflex::cli
