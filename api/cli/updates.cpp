#include "api/cli/updates.hpp"

#include <fmt/format.h>

#include "api/cli/command.hpp"
#include "api/cli/run_json.hpp"

namespace callflex::cli {

using durable::client::UpdateInfo;
using durable::client::UpdateStage;
using durable::client::WaitFor;

namespace {

constexpr std::chrono::hours for_ever{24 * 365};

WaitFor wait_of(const std::string& name) {
    if (name == "admitted") return WaitFor::admitted;
    return name == "accepted" ? WaitFor::accepted : WaitFor::completed;
}

int code_of(const UpdateInfo& info) {
    if (info.stage == UpdateStage::rejected || info.stage == UpdateStage::aborted) return exit_refused;
    return info.failure ? exit_failed : exit_ok;
}

Json json_of(const std::string& run, const UpdateInfo& info, const Json& extra) {
    Json json{{"run", run},
              {"run_id", info.run.value.to_string()},
              {"update", info.name},
              {"update_id", info.id},
              {"stage", durable::store::to_string(info.stage)}};
    if (info.failure) {
        json["failure"] = to_json(*info.failure);
    } else if (info.stage == UpdateStage::completed) {
        json["result"] = to_json(info.result);
    }
    json.update(extra);
    return json;
}

std::string said_of(const UpdateInfo& info) {
    switch (info.stage) {
        case UpdateStage::rejected:
            return "rejected";
        case UpdateStage::aborted:
            return "not answered";
        case UpdateStage::completed:
            return "its handler failed";
        case UpdateStage::admitted:
        case UpdateStage::accepted:
            break;
    }
    return std::string{durable::store::to_string(info.stage)};
}

}  // namespace

durable::client::UpdateOptions UpdateArguments::options() const {
    durable::client::UpdateOptions options;
    options.id = id;
    options.wait = wait_of(wait);
    options.timeout = timeout.empty() ? std::chrono::milliseconds{for_ever}
                                      : std::chrono::ceil<std::chrono::milliseconds>(parse_duration(timeout));
    return options;
}

void add_update_arguments(CLI::App& app, UpdateArguments& arguments) {
    app.add_option("--update-id", arguments.id,
                   "Of the request: sent again under the same id it is not done again [a new one]")
        ->type_name("ID");
    app.add_option("--wait", arguments.wait, "How far it has to come: admitted, accepted or completed")
        ->type_name("STAGE")
        ->capture_default_str()
        ->check(CLI::IsMember({"admitted", "accepted", "completed"}));
    app.add_option("--timeout", arguments.timeout, "Give up after this time: exit code 4 [never]")
        ->type_name("TIME");
}

int print_update(const Session& session, const std::string& run, const UpdateInfo& info, const Json& extra) {
    if (!session.for_people()) {
        session.print_json(json_of(run, info, extra));
        return code_of(info);
    }
    if (info.failure) {
        session.err() << session.err_style()(Color::red, said_of(info)) << ": "
                      << harmless(info.failure->to_string()) << '\n';
    } else if (info.stage == UpdateStage::completed) {
        session.print_json(to_json(info.result));
    } else {
        session.out() << session.style()(Color::green, said_of(info)) << "  update id " << harmless(info.id)
                      << '\n';
    }
    return code_of(info);
}

}  // namespace callflex::cli
