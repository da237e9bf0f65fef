// The alerts and the dashboard that are shipped speak of metrics that exist; each alert has its section in the run
// book.

#include <doctest/doctest.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "api/daemon_log.hpp"
#include "api/ingress/metrics.hpp"
#include "engine/worker/metrics.hpp"
#include "tests/tidy/source_tree.hpp"

namespace {

using durable::worker::AttemptOutcome;

std::string read(const std::string& path) {
    std::ifstream file{tidy::root() / path};
    REQUIRE(file.good());
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// What /metrics of a worker and of an ingress shows when each thing has happened once.
std::string exposed() {
    const auto registry = std::make_shared<prometheus::Registry>();
    durable::worker::Metrics worker{registry};
    for (const auto kind : {AttemptOutcome::Kind::failed, AttemptOutcome::Kind::unknown}) {
        AttemptOutcome outcome;
        outcome.kind = kind;
        worker.attempt_ended("send_sms", true, outcome);
    }
    static_cast<void>(callflex::dropped_lines_counter(*registry));
    callflex::ingress::Metrics ingress;
    ingress.request("vapi", 503, std::chrono::milliseconds{1});
    ingress.event("end-of-call-report");
    ingress.batch_failed("server");
    ingress.authentication_refused("signature");
    return prometheus::TextSerializer{}.Serialize(registry->Collect()) + ingress.text();
}

std::vector<std::string> matches(const std::string& text, const std::string& pattern, std::size_t group = 0) {
    const std::regex expression{pattern};
    std::vector<std::string> found;
    for (std::sregex_iterator match{text.begin(), text.end(), expression}, end; match != end; ++match)
        found.push_back((*match)[group].str());
    return found;
}

/// Checks each metric, label and outcome that is named; gives the metrics.
std::set<std::string> must_be_exposed(const std::string& named, const std::string& metrics) {
    const auto names = matches(named, R"(\b(?:durable_worker|ingress|callflex)_[a-z_]+)");
    for (const std::string& name : names) {
        INFO(name);
        CHECK(std::regex_search(metrics, std::regex{"(^|\n)" + name + "[ {]"}));
    }
    for (const std::string& label : matches(named, R"(\bby \(([a-z]+)\))", 1)) {
        INFO(label);
        // The scraper adds the one, histograms have the other.
        const bool known = label == "instance" || label == "le";
        CHECK((known || metrics.find(label + "=\"") != std::string::npos));
    }
    for (const std::string& outcome : matches(named, R"re(outcome="([a-z]+)")re", 1))
        CHECK(metrics.find("outcome=\"" + outcome + "\"") != std::string::npos);
    return {names.begin(), names.end()};
}

}  // namespace

TEST_CASE("every metric and label of the shipped alerts is one that /metrics shows") {
    CHECK(must_be_exposed(read("docs/monitoring/callflex.rules.yml"), exposed()).size() > 15);
}

TEST_CASE(
    "every panel of the shipped dashboard says what it shows, in which unit, from metrics that /metrics "
    "shows") {
    const auto dashboard = nlohmann::json::parse(read("docs/monitoring/callflex.dashboard.json"));
    const std::string metrics = exposed();
    std::vector<std::string> rows;
    std::set<int> ids;
    std::set<std::string> shown;
    for (const auto& panel : dashboard.at("panels")) {
        const std::string title = panel.at("title");
        INFO(title);
        CHECK(ids.insert(panel.at("id").get<int>()).second);
        if (panel.at("type") == "row") {
            rows.push_back(title);
            continue;
        }
        CHECK(panel.at("description").get<std::string>().size() > 10);
        CHECK(panel.at("fieldConfig").at("defaults").at("unit").get<std::string>() != "");
        CHECK_FALSE(panel.at("targets").empty());
        for (const auto& target : panel.at("targets")) {
            const std::string expression = target.at("expr");
            const auto named = must_be_exposed(expression, metrics);
            CHECK((!named.empty() || expression.find("up{job=\"callflex-") != std::string::npos));
            shown.insert(named.begin(), named.end());
            for (const std::string& label :
                 matches(target.at("legendFormat").get<std::string>(), R"(\{\{(\w+)\}\})", 1)) {
                INFO(label);
                CHECK((label == "instance" || expression.find("by (" + label + ")") != std::string::npos));
            }
        }
    }
    CHECK(rows ==
          std::vector<std::string>{"Is it well?", "Work", "Latency", "Database", "Vendors", "Ingress"});
    CHECK(shown.size() > 20);
}

TEST_CASE("every alert leads to its section of the run book, and every section to its alert") {
    const std::string rules = read("docs/monitoring/callflex.rules.yml");
    const std::string book = read("docs/guide/runbook.md");
    const auto alerts = matches(rules, R"(- alert: (\w+))", 1);
    CHECK(matches(book, R"(\n## (\w+)\n)", 1) == alerts);
    std::vector<std::string> anchors;
    for (std::string alert : alerts) {
        std::ranges::transform(alert, alert.begin(),
                               [](char c) { return static_cast<char>(std::tolower(c)); });
        anchors.push_back(alert);
    }
    CHECK(matches(rules, R"(runbook_url: docs/guide/runbook\.md#(\w+))", 1) == anchors);
    for (const char* part : {"**Means**", "**Look**", "**Do**", "**Escalate**"}) {
        INFO(part);
        std::string pattern = "\n";
        for (const char c : std::string{part}) pattern += c == '*' ? "\\*" : std::string{c};
        CHECK(matches(book, pattern).size() == alerts.size());
    }
}

TEST_CASE("every alert has a severity, a sentence and what to do, and stands in the guide") {
    const std::string rules = read("docs/monitoring/callflex.rules.yml");
    const std::string guide = read("docs/guide/monitoring.md");
    const auto alerts = matches(rules, R"(- alert: (\w+))", 1);
    CHECK(alerts.size() > 15);
    CHECK(matches(rules, R"(labels: \{severity: (page|ticket)\})").size() == alerts.size());
    CHECK(matches(rules, R"(\n          summary: \S)").size() == alerts.size());
    CHECK(matches(rules, R"(\n          description: \S)").size() == alerts.size());
    for (const std::string& alert : alerts) {
        INFO(alert);
        CHECK(guide.find('`' + alert + '`') != std::string::npos);
    }
}
