// org create, list, usage and live-token.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "activities/tenancy.hpp"
#include "activities/time_zone.hpp"
#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/support_desk.hpp"
#include "api/cli/table.hpp"
#include "api/ingress/live_token.hpp"
#include "api_sql.hpp"
#include "engine/client/human_time.hpp"
#include "engine/store/id_source.hpp"

namespace callflex::cli {
namespace {

struct NewOrganization {
    std::string name;
    std::string slug;
    std::string industry = "general";
    std::string plan = "starter";
    std::string time_zone = "UTC";
    std::string owner_email;
    int trial_days = 30;
};

/// "Acme Freight & Sons" -> "acme-freight-sons".
std::string slug_of(const std::string& name) {
    std::string slug;
    for (const char c : name) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        const bool capital = c >= 'A' && c <= 'Z';
        if (letter || capital) {
            slug += capital ? static_cast<char>(c - 'A' + 'a') : c;
        } else if (!slug.empty() && slug.back() != '-') {
            slug += '-';
        }
    }
    while (slug.ends_with('-')) slug.pop_back();
    return slug;
}

/// What the database says of a value that it does not take.
CommandError refusal(const pqxx::sql_error& error, const NewOrganization& wanted) {
    const std::string text = error.what();
    if (error.sqlstate() == "23505")
        return {exit_refused, "there is an organization " + wanted.slug + " already",
                "choose another --slug"};
    if (text.find("industr") != std::string::npos)
        return {exit_usage, "there is no industry " + wanted.industry,
                "logistics, legal, healthcare, home-services, restaurants or general"};
    return {exit_usage, "there is no plan " + wanted.plan, "starter, growth or scale"};
}

int create(Session& session, NewOrganization wanted) {
    if (wanted.slug.empty()) wanted.slug = slug_of(wanted.name);
    if (wanted.slug.empty()) throw CommandError(exit_usage, "the name gives no slug", "name one with --slug");
    if (!TimeZone::find(wanted.time_zone))
        throw CommandError(exit_usage, "there is no time zone " + wanted.time_zone,
                           "an IANA name, such as America/Chicago");
    durable::store::IdSource ids;
    const std::string id = ids.uuid_v7().to_string();
    const std::string user = ids.uuid_v7().to_string();
    SupportDesk desk{session};
    desk.enter_all();
    const char* email = wanted.owner_email.empty() ? nullptr : wanted.owner_email.c_str();
    try {
        desk.tx().exec_params(std::string{api::sql::cli_create_organization}, id, wanted.name, wanted.slug,
                              wanted.industry, wanted.plan, wanted.time_zone, email, user, wanted.trial_days);
        desk.commit();
    } catch (const pqxx::integrity_constraint_violation& error) {
        throw refusal(error, wanted);
    }
    if (!session.for_people()) {
        session.print_json({{"organization_id", id}, {"slug", wanted.slug}});
        return exit_ok;
    }
    session.out() << fmt::format("organization {} ({}), on trial for {} days\n", wanted.slug, id,
                                 wanted.trial_days);
    return exit_ok;
}

Color color_of(const std::string& status) {
    if (status == "active" || status == "trialing") return Color::green;
    return status == "canceled" ? Color::dim : Color::yellow;
}

int list(Session& session, const std::string& status, int limit) {
    SupportDesk desk{session};
    desk.enter_all();
    const auto rows = desk.tx().exec_params(std::string{api::sql::cli_list_organizations},
                                            status.empty() ? nullptr : status.c_str(), limit);
    Json json = Json::array();
    Table table({"SLUG", "NAME", "STATUS", "PLAN", "MINUTES", "INCLUDED", "PERIOD ENDS", "ID"});
    for (const auto& row : rows) {
        const auto text = [&row](const char* name) { return row[name].as<std::string>(); };
        json.push_back({{"organization_id", text("id")},
                        {"slug", text("slug")},
                        {"name", text("name")},
                        {"status", text("status")},
                        {"plan", text("plan")},
                        {"minutes", row["minutes"].as<std::int64_t>()},
                        {"included_minutes", row["included_minutes"].as<std::int64_t>()},
                        {"period_end", text("period_end")}});
        table.add({{text("slug"), Color::bold},
                   {cut(text("name"), 32)},
                   {text("status"), color_of(text("status"))},
                   {text("plan")},
                   {text("minutes")},
                   {text("included_minutes")},
                   {text("period_end")},
                   {text("id"), Color::dim}});
    }
    if (!session.for_people()) {
        session.print_json(json);
    } else if (table.empty()) {
        session.out() << "no organizations; callflex org create NAME makes one\n";
    } else {
        table.print(session.out(), session.style());
    }
    return exit_ok;
}

struct UsageWanted {
    std::string organization;
    std::string from;
    std::string until;
};

/// A day as Postgres reads it, of a day or an age.
std::string day_of(const std::string& text) {
    return durable::client::iso_time(parse_moment(text, local_now())).substr(0, 10);
}

int usage(Session& session, const UsageWanted& wanted) {
    SupportDesk desk{session};
    const std::string id = desk.enter(wanted.organization);
    const auto period = desk.tx().exec_params(std::string{api::sql::cli_usage_period}, id)[0];
    const std::string from = wanted.from.empty() ? period[5].as<std::string>() : day_of(wanted.from);
    const std::string until = wanted.until.empty() ? period[7].as<std::string>() : day_of(wanted.until);
    const auto rows = desk.tx().exec_params(std::string{api::sql::cli_usage}, id, from, until);
    std::int64_t calls = 0;
    std::int64_t minutes = 0;
    Json days = Json::array();
    Table table({"DAY", "CALLS", "MINUTES", "VENDOR COST"});
    for (const auto& row : rows) {
        const auto cost = row[3].as<std::int64_t>();
        calls += row[1].as<std::int64_t>();
        minutes += row[2].as<std::int64_t>();
        days.push_back({{"date", row[0].as<std::string>()},
                        {"calls", row[1].as<std::int64_t>()},
                        {"minutes", row[2].as<std::int64_t>()},
                        {"cost_microdollars", cost}});
        table.add({{row[0].as<std::string>()},
                   {row[1].as<std::string>()},
                   {row[2].as<std::string>()},
                   {fmt::format("${:.2f}", static_cast<double>(cost) / 1e6)}});
    }
    const auto included = period[3].as<std::int64_t>();
    if (!session.for_people()) {
        session.print_json({{"organization_id", id},
                            {"from", from},
                            {"until", until},
                            {"calls", calls},
                            {"minutes", minutes},
                            {"included_minutes", included},
                            {"days", days}});
        return exit_ok;
    }
    session.out() << fmt::format("{}: {} {}, {} {} from {} to {}; plan {} includes {} a period\n",
                                 harmless(period[0].as<std::string>()), calls, calls == 1 ? "call" : "calls",
                                 minutes, minutes == 1 ? "minute" : "minutes", from, until,
                                 period[2].as<std::string>(), included);
    if (!table.empty()) table.print(session.out(), session.style(), 2);
    return exit_ok;
}

int live_token(Session& session, const std::string& organization, const std::string& valid) {
    const auto keys = session.settings().find("LIVE_TOKEN_KEY");
    if (!keys) {
        throw CommandError(exit_usage, "LIVE_TOKEN_KEY is not set, so the ingress shows nobody anything",
                           "set it to a random text, the same for the ingress");
    }
    SupportDesk desk{session};
    const std::string id = desk.enter(organization);
    const auto lasts = std::chrono::duration_cast<std::chrono::seconds>(parse_duration(valid));
    const auto expires = std::chrono::system_clock::now() + lasts;
    const std::string token = ingress::live_token(id, expires, keys->value.substr(0, keys->value.find(',')));
    const std::string path = fmt::format("/api/live/{}?token={}", id, token);
    if (!session.for_people()) {
        session.print_json({{"organization_id", id}, {"token", token}, {"path", path}});
        return exit_ok;
    }
    session.out() << token << "\n";
    if (const auto ingress = session.settings().find("API_URL"))
        session.err() << "watch  " << ingress->value << path << "\n";
    return exit_ok;
}

}  // namespace

void define_org_create(CLI::App& app, Session& session) {
    auto wanted = std::make_shared<NewOrganization>();
    app.add_option("NAME", wanted->name, "The business' name")->required();
    app.add_option("--slug", wanted->slug, "Short name, unique; made from NAME when left out")
        ->type_name("SLUG");
    app.add_option("--industry", wanted->industry,
                   "logistics, legal, healthcare, home-services, restaurants or general")
        ->type_name("INDUSTRY")
        ->capture_default_str();
    app.add_option("--plan", wanted->plan, "starter, growth or scale")
        ->type_name("PLAN")
        ->capture_default_str();
    app.add_option("--time-zone", wanted->time_zone, "IANA name, such as America/Chicago")
        ->type_name("ZONE")
        ->capture_default_str();
    app.add_option("--owner-email", wanted->owner_email, "The owner's address; also told about calls")
        ->type_name("ADDRESS");
    app.add_option("--trial-days", wanted->trial_days, "Length of the first period")
        ->check(CLI::Range(1, 90));
    manual(
        app,
        "Creates an organization with an empty configuration, on trial. What it needs to answer calls comes "
        "with its onboarding. JSON: {organization_id, slug}.",
        {{"callflex org create \"Acme Freight\" --industry logistics --owner-email pat@acme.example", ""},
         {"callflex org create \"Bo's Diner\" --slug bos --time-zone America/New_York", "with all chosen"}});
    app.callback([wanted, &session] { session.exit_code = create(session, *wanted); });
}

void define_org_list(CLI::App& app, Session& session) {
    auto status = std::make_shared<std::string>();
    auto limit = std::make_shared<int>(100);
    app.add_option("--status", *status, "trialing, active, past_due, restricted or canceled")
        ->type_name("STATUS")
        ->check(CLI::IsMember({"trialing", "active", "past_due", "restricted", "canceled"}));
    app.add_option("--limit", *limit, "At most so many")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 10000));
    manual(app, "Lists organizations by slug, with the minutes that they have used in their current period.",
           {{"callflex org list", "all of them"}, {"callflex org list --status past_due", "who owes"}});
    app.callback([status, limit, &session] { session.exit_code = list(session, *status, *limit); });
}

void define_org_usage(CLI::App& app, Session& session) {
    auto wanted = std::make_shared<UsageWanted>();
    app.add_option("ORGANIZATION", wanted->organization, "Id or slug")->required();
    app.add_option("--from", wanted->from,
                   "First day: 2026-11-01, or an age: 7d; the period's first when left out")
        ->type_name("DAY");
    app.add_option("--until", wanted->until, "Last day; today when left out")->type_name("DAY");
    manual(app, "Shows calls, minutes and vendor cost by day (UTC), newest first.",
           {{"callflex org usage acme-freight", "the current period"},
            {"callflex org usage acme-freight --from 2026-10-01 --until 2026-10-31", "a month"}});
    app.callback([wanted, &session] { session.exit_code = usage(session, *wanted); });
}

void define_org_live_token(CLI::App& app, Session& session) {
    auto organization = std::make_shared<std::string>();
    auto valid = std::make_shared<std::string>("1h");
    app.add_option("ORGANIZATION", *organization, "Id or slug")->required();
    app.add_option("--for", *valid, "How long it is valid, such as 15m or 8h")
        ->type_name("TIME")
        ->capture_default_str();
    manual(app,
           "Prints a token with which one may watch the organization's live events (GET /api/live/...), "
           "signed with LIVE_TOKEN_KEY; with API_URL the whole address is shown too. JSON: {organization_id, "
           "token, path}.",
           {{"callflex org live-token acme-freight", "for an hour"}});
    app.callback(
        [organization, valid, &session] { session.exit_code = live_token(session, *organization, *valid); });
}

}  // namespace callflex::cli
