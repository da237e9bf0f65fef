// call list, show and search: what support staff look at. Always for one organization.

#include <fmt/format.h>

#include <memory>
#include <sstream>

#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/support_desk.hpp"
#include "api/cli/table.hpp"
#include "api/ingress/text.hpp"
#include "api_sql.hpp"

namespace callflex::cli {
namespace {

using ingress::format_time;

struct Wanted {
    std::string organization;
    std::string what;  ///< an id, or words to look for
    std::string since = "30d";
    std::string until;
    std::string status;
    std::string number;
    int limit = 50;

    [[nodiscard]] std::string from_text(durable::Timestamp now) const {
        return format_time(parse_moment(since, now));
    }
    [[nodiscard]] std::string until_text(durable::Timestamp now) const {
        // A little ahead: the database's clock may be before ours.
        return format_time(until.empty() ? now + std::chrono::hours{1} : parse_moment(until, now));
    }
};

void add_range(CLI::App& app, Wanted& wanted) {
    app.add_option("--since", wanted.since, "Begun at or after: ISO 8601, or an age such as 2h or 7d")
        ->type_name("TIME")
        ->capture_default_str();
    app.add_option("--until", wanted.until, "Begun before")->type_name("TIME");
    app.add_option("--limit", wanted.limit, "At most so many")
        ->type_name("N")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
}

durable::Timestamp moment_of(const pqxx::field& microseconds) {
    return durable::Timestamp{durable::Duration{microseconds.as<std::int64_t>()}};
}

Json or_null(const pqxx::field& field) {
    return field.is_null() ? Json(nullptr) : Json(field.as<std::string>());
}

Json number_or_null(const pqxx::field& field) {
    return field.is_null() ? Json(nullptr) : Json(field.as<std::int64_t>());
}

std::string text_or(const pqxx::field& field, const std::string& otherwise) {
    return field.is_null() ? otherwise : field.as<std::string>();
}

std::string length_of(const pqxx::field& seconds) {
    if (seconds.is_null()) return "-";
    const auto all = seconds.as<std::int64_t>();
    return fmt::format("{}:{:02}", all / 60, all % 60);
}

Color color_of(const std::string& status) {
    return status == "ended" ? Color::plain : Color::blue;
}

Json call_json(const pqxx::row& row) {
    return {{"call_id", row["id"].as<std::string>()},
            {"vendor_call_id", row["vendor_call_id"].as<std::string>()},
            {"started_at", format_time(moment_of(row["started_at"]))},
            {"direction", row["direction"].as<std::string>()},
            {"from", or_null(row["from_number"])},
            {"to", or_null(row["to_number"])},
            {"status", row["status"].as<std::string>()},
            {"ended_reason", or_null(row["ended_reason"])},
            {"duration_seconds", number_or_null(row["duration_seconds"])},
            {"billed_minutes", number_or_null(row["billed_minutes"])},
            {"call_type", or_null(row["call_type"])},
            {"sentiment", or_null(row["sentiment"])}};
}

int list(Session& session, const Wanted& wanted) {
    const auto now = local_now();
    SupportDesk desk{session};
    const std::string organization = desk.enter(wanted.organization);
    const auto rows =
        desk.tx().exec_params(std::string{api::sql::cli_list_calls}, organization, wanted.from_text(now),
                              wanted.until_text(now), wanted.status.empty() ? nullptr : wanted.status.c_str(),
                              wanted.number.empty() ? nullptr : wanted.number.c_str(), wanted.limit);
    Json json = Json::array();
    Table table({"STARTED", "FROM", "TO", "STATUS", "LENGTH", "MIN", "TYPE", "SENTIMENT", "ID"});
    for (const auto& row : rows) {
        json.push_back(call_json(row));
        const auto status = row["status"].as<std::string>();
        table.add({{session.moment(moment_of(row["started_at"]), now)},
                   {text_or(row["from_number"], "withheld")},
                   {text_or(row["to_number"], "-")},
                   {status, color_of(status)},
                   {length_of(row["duration_seconds"])},
                   {text_or(row["billed_minutes"], "-")},
                   {text_or(row["call_type"], "-")},
                   {text_or(row["sentiment"], "-")},
                   {row["id"].as<std::string>(), Color::dim}});
    }
    if (!session.for_people()) {
        session.print_json(json);
    } else if (table.empty()) {
        session.out() << "no such calls; --since looks further back than " << harmless(wanted.since) << "\n";
    } else {
        table.print(session.out(), session.style());
    }
    return exit_ok;
}

/// A heading and what belongs to it, if there is anything.
void section(const Session& session, const std::string& title, const pqxx::field& text) {
    if (text.is_null() || text.as<std::string>().empty()) return;
    session.out() << "\n" << session.style()(Color::bold, title) << "\n";
    std::istringstream lines{text.as<std::string>()};
    for (std::string line; std::getline(lines, line);) session.out() << "  " << harmless(line) << "\n";
}

void show_facts(const Session& session, const pqxx::row& call) {
    const auto now = local_now();
    Table facts({"", ""});
    facts.add({{"call", Color::bold}, {call["id"].as<std::string>()}});
    facts.add({{"vendor's id"}, {call["vendor_call_id"].as<std::string>()}});
    facts.add({{"started"}, {session.moment(moment_of(call["started_at"]), now)}});
    facts.add({{"from, to"},
               {text_or(call["from_number"], "withheld") + " -> " + text_or(call["to_number"], "-") + " (" +
                call["direction"].as<std::string>() + ")"}});
    facts.add({{"status"},
               {call["status"].as<std::string>() + ", " + text_or(call["ended_reason"], "not ended") + ", " +
                length_of(call["duration_seconds"])}});
    facts.add({{"billed minutes"}, {text_or(call["billed_minutes"], "not counted yet")}});
    facts.add(
        {{"vendor cost"},
         {fmt::format("${:.4f}", static_cast<double>(call["cost_microdollars"].as<std::int64_t>()) / 1e6)}});
    facts.add({{"kind"}, {text_or(call["call_type"], "-") + ", " + text_or(call["sentiment"], "-")}});
    if (!call["recording"].is_null()) {
        facts.add({{"recording"},
                   {call["recording"].as<std::string>() + " (" + call["recording_bytes"].as<std::string>() +
                    " bytes)"}});
    }
    facts.print(session.out(), session.style());
}

void show_lists(const Session& session, const pqxx::result& actions, const pqxx::result& notifications) {
    if (!actions.empty()) {
        session.out() << "\n" << session.style()(Color::bold, "Actions") << "\n";
        Table table({"TYPE", "STATUS", "SAID"});
        for (const auto& row : actions)
            table.add({{row[0].as<std::string>()}, {row[1].as<std::string>()}, {row[2].as<std::string>()}});
        table.print(session.out(), session.style(), 2);
    }
    if (!notifications.empty()) {
        session.out() << "\n" << session.style()(Color::bold, "Told") << "\n";
        Table table({"CHANNEL", "RECIPIENT", "STATUS", "ERROR"});
        for (const auto& row : notifications) {
            table.add({{row[0].as<std::string>()},
                       {row[1].as<std::string>()},
                       {row[2].as<std::string>()},
                       {text_or(row[3], "")}});
        }
        table.print(session.out(), session.style(), 2);
    }
}

int show(Session& session, const Wanted& wanted) {
    SupportDesk desk{session};
    const std::string organization = desk.enter(wanted.organization);
    const auto found = desk.tx().exec_params(std::string{api::sql::cli_find_call}, organization, wanted.what);
    if (found.empty()) {
        throw CommandError(exit_not_found, "the organization has no call " + wanted.what,
                           "callflex call list shows the calls of the last 30 days");
    }
    const pqxx::row call = found[0];
    const auto actions = desk.tx().exec_params(std::string{api::sql::cli_call_actions}, organization,
                                               call["vendor_call_id"].as<std::string>());
    const auto notifications = desk.tx().exec_params(std::string{api::sql::cli_call_notifications},
                                                     organization, call["id"].as<std::string>());
    if (session.for_people()) {
        show_facts(session, call);
        section(session, "Summary (" + text_or(call["summary_source"], "") + ")", call["summary"]);
        show_lists(session, actions, notifications);
        section(session, "Transcript", call["transcript"]);
        return exit_ok;
    }
    Json json = call_json(call);
    json["summary"] = or_null(call["summary"]);
    json["summary_source"] = or_null(call["summary_source"]);
    json["extracted"] = call["extracted"].is_null() ? Json(nullptr) : Json::parse(call["extracted"].c_str());
    json["cost_microdollars"] = call["cost_microdollars"].as<std::int64_t>();
    json["recording"] = or_null(call["recording"]);
    json["transcript"] = or_null(call["transcript"]);
    json["actions"] = Json::array();
    for (const auto& row : actions) {
        json["actions"].push_back({{"type", row[0].as<std::string>()},
                                   {"status", row[1].as<std::string>()},
                                   {"result", row[2].as<std::string>()}});
    }
    json["notifications"] = Json::array();
    for (const auto& row : notifications) {
        json["notifications"].push_back({{"channel", row[0].as<std::string>()},
                                         {"recipient", row[1].as<std::string>()},
                                         {"status", row[2].as<std::string>()},
                                         {"error", or_null(row[3])}});
    }
    session.print_json(json);
    return exit_ok;
}

int search(Session& session, const Wanted& wanted) {
    const auto now = local_now();
    SupportDesk desk{session};
    const std::string organization = desk.enter(wanted.organization);
    const auto rows =
        desk.tx().exec_params(std::string{api::sql::cli_search_calls}, organization, wanted.what,
                              wanted.from_text(now), wanted.until_text(now), wanted.limit);
    Json json = Json::array();
    Table table({"STARTED", "FROM", "LENGTH", "ID", "SAID"});
    for (const auto& row : rows) {
        json.push_back({{"call_id", row["id"].as<std::string>()},
                        {"started_at", format_time(moment_of(row["started_at"]))},
                        {"from", or_null(row["from_number"])},
                        {"excerpt", row["excerpt"].as<std::string>()}});
        table.add({{session.moment(moment_of(row["started_at"]), now)},
                   {text_or(row["from_number"], "withheld")},
                   {length_of(row["duration_seconds"])},
                   {row["id"].as<std::string>(), Color::dim},
                   {cut(row["excerpt"].as<std::string>(), 100)}});
    }
    if (!session.for_people()) {
        session.print_json(json);
    } else if (table.empty()) {
        session.out() << "nobody said that; --since looks further back than " << harmless(wanted.since)
                      << "\n";
    } else {
        table.print(session.out(), session.style());
    }
    return exit_ok;
}

}  // namespace

void define_call_list(CLI::App& app, Session& session) {
    auto wanted = std::make_shared<Wanted>();
    add_organization_option(app, wanted->organization);
    add_range(app, *wanted);
    app.add_option("--status", wanted->status, "queued, ringing, in_progress, forwarding or ended")
        ->type_name("STATUS")
        ->check(CLI::IsMember({"queued", "ringing", "in_progress", "forwarding", "ended"}));
    app.add_option("--number", wanted->number, "From or to this number, E.164")->type_name("E164");
    manual(
        app, "Lists an organization's calls, newest first.",
        {{"callflex call list --organization acme-freight", "the last 30 days"},
         {"callflex call list --organization acme-freight --since 2h --status ended", "what has just ended"},
         {"callflex call list --organization acme-freight --number +15550100123", "one caller"}});
    app.callback([wanted, &session] { session.exit_code = list(session, *wanted); });
}

void define_call_show(CLI::App& app, Session& session) {
    auto wanted = std::make_shared<Wanted>();
    app.add_option("CALL", wanted->what, "Our id, or the vendor's")->required();
    add_organization_option(app, wanted->organization);
    manual(app, "Shows a call: facts, summary, what the AI did, who was told, and the transcript.",
           {{"callflex call show --organization acme-freight 0199f0a4-5b1e-7aa2-9c33-6f6f3b0c1d01", ""},
            {"callflex call show --organization acme-freight --output json CALL | jq -r .transcript",
             "the text alone"}});
    app.callback([wanted, &session] { session.exit_code = show(session, *wanted); });
}

void define_call_search(CLI::App& app, Session& session) {
    auto wanted = std::make_shared<Wanted>();
    app.add_option("WORDS", wanted->what, "What was said: words, \"a phrase\", or -not")->required();
    add_organization_option(app, wanted->organization);
    add_range(app, *wanted);
    manual(
        app, "Finds calls by what was said in them, best match first.",
        {{"callflex call search --organization acme-freight 'refund \"route 12\"'", "both words and phrase"},
         {"callflex call search --organization acme-freight 'delivery -late' --since 90d",
          "with and without"}});
    app.callback([wanted, &session] { session.exit_code = search(session, *wanted); });
}

}  // namespace callflex::cli
