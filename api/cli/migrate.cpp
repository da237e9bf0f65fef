#include "schema/migrate.hpp"

#include <fmt/format.h>

#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/payload_settings.hpp"
#include "engine/client/connection_pool.hpp"
#include "engine/client/schedules.hpp"
#include "workflows/schedules.hpp"

namespace callflex::cli {
namespace {

Json to_json(const schema::Step& step) {
    return {{"area", step.area}, {"number", step.number}, {"name", step.name}};
}

std::string name_of(const schema::Step& step) {
    return fmt::format("{}/{}", step.area, step.name);
}

int show_plan(const Session& session, const std::vector<schema::Step>& steps, bool with_sql) {
    if (!session.for_people()) {
        Json json{{"pending", Json::array()}};
        for (const auto& step : steps) {
            json["pending"].push_back(to_json(step));
            if (with_sql) json["pending"].back()["sql"] = step.sql;
        }
        session.print_json(json);
        return exit_ok;
    }
    if (steps.empty()) session.out() << session.style()(Color::green, "up to date") << ": nothing to apply\n";
    for (const auto& step : steps) {
        session.out() << session.style()(Color::yellow, "pending ") << name_of(step) << '\n';
        if (with_sql) session.out() << step.sql << '\n';
    }
    return exit_ok;
}

/// What the program does by the clock, as this build has it.
durable::client::ScheduleChanges apply_schedules(const Session& session) {
    durable::client::ScheduleClient schedules{{.connection_string = session.database_url(),
                                               .notifications = false,
                                               .payloads = payload_settings(session)}};
    return schedules.apply(product_schedules());
}

void print_changes(const Session& session, const durable::client::ScheduleChanges& changes) {
    const auto print = [&](Color color, const char* what, const std::vector<std::string>& ids) {
        for (const auto& id : ids) session.out() << session.style()(color, what) << harmless(id) << '\n';
    };
    print(Color::green, "schedule created ", changes.created);
    print(Color::green, "schedule updated ", changes.updated);
    print(Color::yellow, "schedule not declared by this build, still going on ", changes.undeclared);
}

int apply(const Session& session, pqxx::connection& connection) {
    std::size_t applied = 0;
    Json steps = Json::array();
    schema::migrate(connection, [&](const schema::Step& step) {
        ++applied;
        if (session.for_people()) {
            session.out() << session.style()(Color::green, "applied ") << name_of(step) << std::endl;
        } else {
            steps.push_back(to_json(step));
        }
    });
    const auto changes = apply_schedules(session);
    if (!session.for_people()) {
        session.print_json({{"applied", steps},
                            {"schedules",
                             {{"created", changes.created},
                              {"updated", changes.updated},
                              {"undeclared", changes.undeclared}}}});
        return exit_ok;
    }
    if (applied == 0) session.out() << session.style()(Color::green, "up to date") << ": nothing to apply\n";
    print_changes(session, changes);
    return exit_ok;
}

}  // namespace

void define_migrate(CLI::App& app, Session& session) {
    struct MigrateArguments {
        bool plan = false;
        bool sql = false;
    };
    auto arguments = std::make_shared<MigrateArguments>();
    auto* plan = app.add_flag("--plan", arguments->plan, "Only show what would be applied");
    app.add_flag("--sql", arguments->sql, "With --plan: the statements as well")->needs(plan);
    manual(app,
           "Applies the numbered migrations that this build holds and the database lacks, one transaction "
           "each, under an "
           "advisory lock: safe to run from several machines at once, and again. Creates missing roles and "
           "partitions. Needs "
           "a role that may do so (the daemons' role may not). A database that is newer than this build is "
           "refused (exit "
           "code 6). Then brings the schedules up to date: new ones are created, changed ones updated (a "
           "pause stays), those "
           "that this build does not declare are named and go on. JSON: {applied: [{area, number, name}], "
           "schedules: "
           "{created, updated, undeclared}}, or with --plan {pending: […]}.",
           {{"callflex migrate --plan", "what would change?"}, {"callflex migrate", "apply it"}});
    app.callback([arguments, &session] {
        pqxx::connection connection{durable::client::with_deadlines(session.database_url())};
        session.exit_code = arguments->plan ? show_plan(session, schema::plan(connection), arguments->sql)
                                            : apply(session, connection);
    });
}

}  // namespace callflex::cli
