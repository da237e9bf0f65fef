#include "api/cli/session.hpp"

#include <cstdlib>

#include "api/cli/csv.hpp"
#include "api/cli/payload_settings.hpp"
#include "engine/client/human_time.hpp"
#include "workflows/register.hpp"

namespace callflex::cli {

bool Session::colored(bool terminal) const {
    if (options.color != ColorChoice::automatic) return options.color == ColorChoice::always;
    const char* no_color = std::getenv("NO_COLOR");
    const bool refused = no_color != nullptr && *no_color != '\0';
    return terminal && !refused;
}

void Session::print_json(const Json& document) const {
    if (options.format == Format::csv) {
        out() << harmless_json(csv_of(document));
        return;
    }
    const int indent = options.format == Format::jsonl ? -1 : 2;
    out() << harmless_json(document.dump(indent, ' ', false, Json::error_handler_t::replace)) << '\n';
}

std::string Session::moment(durable::Timestamp time, durable::Timestamp now) const {
    return options.absolute_times ? durable::client::iso_time(time)
                                  : durable::client::relative_time(time, now);
}

const config::Settings& Session::settings_as_found() const {
    if (settings_ == nullptr)
        settings_ = std::make_unique<config::Settings>(config::Settings::load(options.config_file));
    return *settings_;
}

const config::Settings& Session::settings() const {
    const auto& found = settings_as_found();
    const auto problems = found.problems_of_file();
    if (problems.empty()) return found;
    throw CommandError(exit_usage, "the configuration cannot be used:\n" + config::in_lines(problems),
                       "callflex config check");
}

std::string Session::database_url() const {
    if (!options.database_url.empty()) return options.database_url;
    if (const auto setting = settings().find("DATABASE_URL")) return setting->value;
    throw CommandError(exit_usage, "no database is configured",
                       "set DATABASE_URL (or DATABASE_URL_FILE), or database.url in the configuration file; "
                       "`callflex dev` starts one "
                       "and prints its address");
}

durable::client::Client& Session::client() {
    if (client_ == nullptr) {
        durable::client::ClientOptions client_options;
        client_options.connection_string = database_url();
        client_options.connections_max = 2;
        client_options.payloads = payload_settings(*this);
        client_options.patience = std::chrono::milliseconds{2000};
        client_ = std::make_unique<durable::client::Client>(std::move(client_options));
    }
    return *client_;
}

const durable::WorkflowRegistry& Session::workflows() {
    if (workflows_ == nullptr) {
        workflows_ = std::make_unique<durable::WorkflowRegistry>();
        register_workflows(*workflows_);
    }
    return *workflows_;
}

durable::Timestamp local_now() {
    return std::chrono::time_point_cast<durable::Duration>(std::chrono::system_clock::now());
}

}  // namespace callflex::cli
