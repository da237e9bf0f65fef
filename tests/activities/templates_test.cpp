#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "activities/templates/catalogue.hpp"
#include "activities/templates/render.hpp"
#include "activities/templates/schema.hpp"
#include "activities/templates/tools.hpp"
#include "activities/templates/values.hpp"
#include "tests/support/database.hpp"

using namespace callflex::templates;
using nlohmann::json;

namespace {

const OrganizationFacts acme{.organization_id = "0199f0a4-0000-7000-8000-000000000001",
                             .name = "Acme Freight",
                             .time_zone = "America/Chicago",
                             .settings_json = R"({"business_hours": {"monday": ["08:00-17:00"]},
                                                  "voice": {"voiceId": "paul"}})",
                             .api_url = "https://api.example.com/",
                             .credential_id = "cred-1"};

/// One of each kind.
Template sample() {
    Template out;
    out.slug = "sample";
    out.name = "Sample";
    out.variables =
        read_variables(R"({"type": "object", "required": ["title", "phone", "hours", "size", "tags"],
        "properties": {
            "title": {"type": "string", "maxLength": 10, "x-position": 1},
            "phone": {"type": "string", "format": "phone", "x-position": 2},
            "email": {"type": "string", "format": "email", "x-position": 3},
            "hours": {"type": "object", "format": "hours", "x-position": 4},
            "size": {"type": "string", "enum": ["small", "large"], "x-position": 5},
            "tags": {"type": "array", "items": {"type": "string", "enum": ["red", "green", "blue"]}, "x-position": 6},
            "notes": {"type": "string", "format": "textarea", "default": "None.", "x-position": 7}}})");
    out.system_prompt = "{{title}} {{phone}}\nWrite to {{email}}\n{{ hours }} {{size}} {{tags}}\n{{notes}}";
    out.first_message = "Hello from {{title}}.";
    out.functions = {"takeMessage"};
    return out;
}

const char* const good_values = R"({"title": "Acme", "phone": "(555) 010-0200", "email": "a@example.com",
    "hours": {"monday": ["08:00-17:00"]}, "size": "large", "tags": ["blue", "red", "blue"], "notes": "One.\nTwo."})";

std::vector<std::string> problems_of(const Template& source, const std::string& values) {
    try {
        (void)render(source, values, acme);
    } catch (const TemplateError& error) {
        return error.problems();
    }
    return {};
}

}  // namespace

TEST_CASE("all seven kinds are checked, normalised and said") {
    const RenderedAssistant out = render(sample(), good_values, acme);
    CHECK(out.prompt ==
          "Acme 5 5 5, 0 1 0, 0 2 0 0\nWrite to a at example dot com\n"
          "Monday from 8 AM to 5 PM, closed on Tuesday to Sunday. large blue and red\nOne.\nTwo.");
    CHECK(out.first_message == "Hello from Acme.");
    const json values = json::parse(out.variables_json);
    CHECK(values["phone"] == "+15550100200");
    CHECK(values["tags"] == json::array({"blue", "red"}));
}

TEST_CASE(
    "a line that names an optional variable without a value is left out, and a default fills its place") {
    json values = json::parse(good_values);
    values.erase("email");
    values["notes"] = nullptr;
    const RenderedAssistant out = render(sample(), values.dump(), acme);
    CHECK(out.prompt.find("Write to") == std::string::npos);
    CHECK(out.prompt.ends_with("blue and red\nNone."));
}

TEST_CASE("a value of the wrong kind is refused by name, with what is expected and without the value") {
    struct Row {
        const char* name;
        json value;
        const char* expected;
    };
    const Row rows[]{
        {"title", 7, "title: expected a text"},
        {"title", "far too long for it", "title: expected at most 10 characters"},
        {"title", "two\nlines", "title: expected a text of one line"},
        {"title", "{{phone}}", "title: expected a text without {{"},
        {"title", "  ", "title: is required"},
        {"notes", "a\x01z", "notes: expected text without control characters"},
        {"notes", "{% if x %}", "notes: expected a text without {{"},
        {"phone", "12345", "phone: expected a telephone number"},
        {"email", "nobody", "email: expected an e-mail address"},
        {"hours", "nine to five", "hours: hours: expected an object"},
        {"hours", {{"monday", {"9-5"}}}, "hours: hours.monday[0]: expected hours"},
        {"size", "medium", "size: expected one of: small, large"},
        {"tags", "red", "tags: expected a list of: red, green, blue"},
        {"tags", {"red", "pink"}, "tags: expected a list of"},
        {"tags", json::array(), "tags: expected a list of"},
        {"colour", "red", "colour: the template has no such variable"},
    };
    for (const Row& row : rows) {
        json values = json::parse(good_values);
        values[row.name] = row.value;
        const auto problems = problems_of(sample(), values.dump());
        CAPTURE(row.expected);
        REQUIRE(problems.size() == 1);
        CHECK(problems.front().starts_with(row.expected));
    }
}

TEST_CASE("every problem is reported at once") {
    const auto problems = problems_of(sample(), R"({"phone": "x", "size": "huge", "oops": 1})");
    CHECK(problems.size() == 6);  // phone, size, oops; title, hours and tags are missing
    CHECK(problems_of(sample(), "[]") ==
          std::vector<std::string>{"variables: expected an object of names and values"});
}

TEST_CASE("a placeholder that no variable fills is an error, and so is one that is not closed") {
    Template source = sample();
    source.system_prompt += " {{titel}}";
    CHECK(problems_of(source, good_values).front() ==
          "system_prompt: {{titel}} is no variable of the template");
    source = sample();
    source.system_prompt += " {{title";
    CHECK(problems_of(source, good_values).front().starts_with("system_prompt: what follows the {{"));
    source = sample();
    source.first_message = "Write to {{email}}";
    json values = json::parse(good_values);
    values.erase("email");
    CHECK(problems_of(source, values.dump()).front() == "first_message: {{email}} has no value");
    source = sample();
    source.functions = {"launchRocket"};
    CHECK(problems_of(source, good_values).front() == "functions: launchRocket is no function");
}

TEST_CASE("a value that looks like a placeholder is never filled in a second time") {
    Template source = sample();
    json values = json::parse(good_values);
    values["notes"] = "Use } and { freely: {title}";
    CHECK(render(source, values.dump(), acme).prompt.ends_with("Use } and { freely: {title}"));
}

TEST_CASE("a schema that cannot be read is refused with the path of each mistake") {
    struct Row {
        const char* json;
        const char* problem;
    };
    const Row rows[]{
        {"[", "variables: is not JSON"},
        {"{}", "variables: expected"},
        {R"({"type":"object","properties":{"a b":{"type":"string"}}})", "variables.properties: a name"},
        {R"({"type":"object","properties":{"a":{"type":"number"}}})", "variables.properties.a: is none of"},
        {R"({"type":"object","properties":{"a":{"type":"string","format":"date"}}})",
         "variables.properties.a: is none"},
        {R"({"type":"object","properties":{"a":{"type":"string","enum":[]}}})",
         "variables.properties.a: has no options"},
        {R"({"type":"object","properties":{"a":{"type":"string","enum":[1]}}})",
         "variables.properties.a: an option"},
        {R"({"type":"object","properties":{},"required":["a"]})", "variables.required: names a variable"},
        {R"({"type":"object","properties":{"a":{"type":"string","format":"phone","default":"no"}}})",
         "variables.properties.a.default: expected a telephone number"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.json);
        try {
            (void)read_variables(row.json);
            FAIL("was read");
        } catch (const TemplateError& error) {
            REQUIRE(error.problems().size() == 1);
            CHECK(error.problems().front().starts_with(row.problem));
        }
    }
}

TEST_CASE("facts of the organization fill the variables of their names") {
    Template source = sample();
    source.variables =
        read_variables(R"({"type":"object","required":["businessName","businessHours"],"properties":{
        "businessName":{"type":"string"},"businessHours":{"type":"object","format":"hours"},
        "timeZone":{"type":"string"}}})");
    source.system_prompt = "{{businessName}}: {{businessHours}} {{timeZone}}";
    source.first_message = "Hi";
    CHECK(render(source, "{}", acme).prompt ==
          "Acme Freight: Monday from 8 AM to 5 PM, closed on Tuesday to Sunday. America/Chicago");
    CHECK(render(source, R"({"businessName": "Another"})", acme).prompt.starts_with("Another: "));
}

TEST_CASE("a rendered assistant carries its tools, its voice and a name that VAPI accepts") {
    Template source = sample();
    source.voice_json = R"({"provider": "11labs", "voiceId": "sarah"})";
    source.functions = {"takeMessage", "transferCall"};
    OrganizationFacts organization = acme;
    organization.name = "The Extraordinarily Long Company Name of Acme";
    const RenderedAssistant out = render(source, good_values, organization);
    CHECK(out.name.size() <= 40);
    CHECK(out.name == "The Extraordinarily Long Company Name of");
    CHECK(render(source, good_values, acme).name == "Acme Freight - Sample");
    CHECK(json::parse(out.voice_json) == json{{"provider", "11labs"}, {"voiceId", "paul"}});
    const json tools = json::parse(out.tools_json);
    REQUIRE(tools.size() == 2);
    CHECK(tools[0]["function"]["name"] == "takeMessage");
    CHECK(tools[1]["function"]["name"] == "transferCall");
    CHECK(tools[0]["server"]["url"] ==
          "https://api.example.com/api/webhooks/vapi/0199f0a4-0000-7000-8000-000000000001");
    CHECK(tools[0]["server"]["credentialId"] == "cred-1");
}

TEST_CASE("the six seeded templates render with nothing but what they require, and use all seven kinds") {
    test::Database database;
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    const auto templates = list_templates(tx);
    REQUIRE(templates.size() == 6);
    std::vector<std::string> industries;
    std::vector<VariableKind> kinds;
    for (const Template& source : templates) {
        CAPTURE(source.slug);
        industries.push_back(source.industry);
        json values = json::object();
        json all = json::object();
        for (const Variable& variable : source.variables) {
            kinds.push_back(variable.kind);
            json value = "Something";
            if (variable.kind == VariableKind::phone) value = "+15550100200";
            if (variable.kind == VariableKind::email) value = "desk@example.com";
            if (variable.kind == VariableKind::hours) value = {{"monday", {"08:00-17:00"}}};
            if (variable.kind == VariableKind::select) value = variable.options.front();
            if (variable.kind == VariableKind::multiselect) value = variable.options;
            all[variable.name] = value;
            if (variable.required) values[variable.name] = value;
        }
        for (const json& given : {values, all}) {
            const RenderedAssistant out = render(source, given.dump(), acme);
            CHECK(out.prompt.find("{{") == std::string::npos);
            CHECK(out.first_message.find("{{") == std::string::npos);
            CHECK(out.prompt.size() > 1000);
            CHECK(json::parse(out.tools_json).size() == source.functions.size());
        }
        CHECK(source.functions.size() >= 4);
        CHECK_FALSE(source.description.empty());
    }
    CHECK(industries == std::vector<std::string>{"logistics", "legal", "healthcare", "home-services",
                                                 "restaurants", "general"});
    for (const auto kind :
         {VariableKind::text, VariableKind::textarea, VariableKind::phone, VariableKind::email,
          VariableKind::hours, VariableKind::select, VariableKind::multiselect}) {
        CHECK(std::ranges::find(kinds, kind) != kinds.end());
    }
}

TEST_CASE("the program may count a template's uses and change nothing else of it") {
    test::Database database;
    pqxx::connection connection{database.url()};
    {
        pqxx::work tx{connection};
        count_template_use(tx, "legal-intake");
        tx.commit();
    }
    CHECK(database.value("select use_count from app.templates where slug = 'legal-intake'") == "1");
    pqxx::work tx{connection};
    CHECK_FALSE(find_template(tx, "no-such-template"));
    CHECK_THROWS_AS(tx.exec("update app.templates set name = 'Mine'"), pqxx::insufficient_privilege);
}
