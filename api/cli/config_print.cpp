#include <algorithm>

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/table.hpp"
#include "api/config/pages.hpp"
#include "api/config/values.hpp"

namespace callflex::cli {
namespace {

struct PrintArguments {
    bool defaults = false;
    bool markdown = false;
    bool set_only = false;
};

/// What stands where, and from where. Secrets are set or not set.
struct Row {
    const config::Key* key;
    std::optional<config::Setting> setting;

    [[nodiscard]] std::string source() const { return setting ? setting->source : "default"; }
    [[nodiscard]] std::string value() const {
        if (config::is_secret(*key)) return setting ? "set" : "not set";
        return config::for_people(*key, setting ? setting->value : key->standard);
    }
};

std::vector<Row> rows_of(const config::Settings& settings, const PrintArguments& arguments) {
    std::vector<Row> rows;
    for (const auto& key : config::keys()) {
        Row row{&key, settings.peek(key.variable)};
        if (row.setting || !arguments.set_only) rows.push_back(std::move(row));
    }
    return rows;
}

Json to_json(const Row& row) {
    Json json{{"key", full_name(*row.key)}, {"variable", row.key->variable}};
    if (config::is_secret(*row.key)) {
        json["set"] = row.setting.has_value();
    } else {
        json["value"] = row.value();
    }
    json["from"] = row.source();
    return json;
}

int print_settings(const Session& session, const PrintArguments& arguments) {
    const auto& settings = session.settings_as_found();
    const auto rows = rows_of(settings, arguments);
    if (session.for_people()) {
        Table table({"KEY", "VALUE", "FROM"});
        for (const Row& row : rows) {
            const Color color = row.setting ? Color::plain : Color::dim;
            table.add({{full_name(*row.key), color}, {row.value(), color}, {row.source(), color}});
        }
        table.print(session.out(), session.style());
    } else {
        Json array = Json::array();
        for (const Row& row : rows) array.push_back(to_json(row));
        session.print_json(array);
    }
    if (settings.problems().empty()) return exit_ok;
    throw CommandError(exit_usage,
                       "the configuration cannot be used as it is:\n" + config::in_lines(settings.problems()),
                       "callflex config check");
}

int print(const Session& session, const PrintArguments& arguments) {
    if (!arguments.defaults && !arguments.markdown) return print_settings(session, arguments);
    session.out() << (arguments.defaults ? config::defaults_file() : config::documentation());
    return exit_ok;
}

}  // namespace

void define_config_print(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<PrintArguments>();
    auto* defaults = app.add_flag("--defaults", arguments->defaults,
                                  "Print a configuration file with every key at its default, commented out");
    app.add_flag("--markdown", arguments->markdown, "Print the keys as the guide shows them")
        ->excludes(defaults);
    app.add_flag("--set", arguments->set_only, "Leave out what is at its default");
    manual(app,
           "Shows every setting, its value and where that comes from: its default, the file and line, the "
           "environment's variable, or a systemd credential. The environment wins over credentials, those "
           "over the "
           "file. Secrets are shown as set or not set, never as what they are. JSON: [{key, variable, value "
           "| set, "
           "from}].",
           {{"callflex config print --set", "what differs from the defaults here?"},
            {"callflex config print --defaults > callflex.toml", "a file to begin with"}});
    app.callback([arguments, &session] { session.exit_code = print(session, *arguments); });
}

}  // namespace callflex::cli
