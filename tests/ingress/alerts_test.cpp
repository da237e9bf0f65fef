// The alerts that are shipped speak of metrics that exist.

#include <doctest/doctest.h>
#include <prometheus/text_serializer.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

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
    callflex::ingress::Metrics ingress;
    ingress.request("vapi", 503, std::chrono::milliseconds{1});
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

}  // namespace

TEST_CASE("every metric and label of the shipped alerts is one that /metrics shows") {
    const std::string rules = read("docs/monitoring/callflex.rules.yml");
    const std::string metrics = exposed();
    const auto named = matches(rules, R"(\b(?:durable_worker|ingress)_[a-z_]+)");
    CHECK(std::set<std::string>(named.begin(), named.end()).size() > 15);
    for (const std::string& name : named) {
        INFO(name);
        CHECK(std::regex_search(metrics, std::regex{"(^|\n)" + name + "[ {]"}));
    }
    for (const std::string& label : matches(rules, R"(\bby \(([a-z]+)\))", 1)) {
        INFO(label);
        const bool by_scraper = label == "instance";
        CHECK((by_scraper || metrics.find(label + "=\"") != std::string::npos));
    }
    for (const std::string& outcome : matches(rules, R"re(outcome="([a-z]+)")re", 1))
        CHECK(metrics.find("outcome=\"" + outcome + "\"") != std::string::npos);
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
