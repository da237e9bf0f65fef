#include "api/cli/findings.hpp"

#include <algorithm>

#include "api/cli/table.hpp"

namespace callflex::cli {
namespace {

const char* name_of(Level level) {
    switch (level) {
        case Level::ok:
            return "ok";
        case Level::note:
            return "note";
        case Level::warning:
            return "warning";
        case Level::problem:
            return "problem";
    }
    return "";
}

Cell mark(Level level) {
    switch (level) {
        case Level::ok:
            return {"✓", Color::green};
        case Level::note:
            return {"·", Color::dim};
        case Level::warning:
            return {"!", Color::yellow};
        case Level::problem:
            return {"✗", Color::red};
    }
    return {""};
}

void print_area(const Session& session, const Findings& findings, const std::string& area) {
    const auto style = session.style();
    session.out() << style(Color::bold, area) << '\n';
    Table table({"", "", ""});
    for (const auto& finding : findings) {
        if (finding.area != area) continue;
        table.add({mark(finding.level), {finding.name}, {finding.what}});
        if (!finding.remedy.empty()) table.add({{""}, {""}, {"→ " + finding.remedy, Color::yellow}});
    }
    table.print(session.out(), style, 2);
}

}  // namespace

int print_findings(const Session& session, const Findings& findings) {
    const auto problems = std::ranges::count(findings, Level::problem, &Finding::level);
    const auto warnings = std::ranges::count(findings, Level::warning, &Finding::level);
    if (!session.for_people()) {
        Json json{{"problems", problems}, {"warnings", warnings}, {"findings", Json::array()}};
        for (const auto& finding : findings) {
            Json item{{"area", finding.area},
                      {"level", name_of(finding.level)},
                      {"name", finding.name},
                      {"what", finding.what}};
            if (!finding.remedy.empty()) item["remedy"] = finding.remedy;
            json["findings"].push_back(std::move(item));
        }
        session.print_json(json);
        return problems == 0 ? exit_ok : exit_failed;
    }
    std::vector<std::string> areas;
    for (const auto& finding : findings) {
        if (std::ranges::find(areas, finding.area) == areas.end()) areas.push_back(finding.area);
    }
    for (const auto& area : areas) {
        print_area(session, findings, area);
        session.out() << '\n';
    }
    const auto style = session.style();
    if (problems == 0 && warnings == 0) session.out() << style(Color::green, "all is well") << '\n';
    if (problems > 0)
        session.out() << style(Color::red,
                               std::to_string(problems) + (problems == 1 ? " problem" : " problems"))
                      << '\n';
    if (warnings > 0)
        session.out() << style(Color::yellow,
                               std::to_string(warnings) + (warnings == 1 ? " warning" : " warnings"))
                      << '\n';
    return problems == 0 ? exit_ok : exit_failed;
}

}  // namespace callflex::cli
