#include "activities/call_routing.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "activities/spoken.hpp"

namespace callflex {

namespace {

using nlohmann::json;

constexpr std::size_t rules_max = 50;
constexpr std::size_t announcement_max = 500;

class Reader {
  public:
    explicit Reader(RoutingReading& out) : out_{out} {}

    void read(const json& list) {
        if (!list.is_array() || list.size() > rules_max) {
            return refuse("routing", fmt::format("expected a list of at most {} rules", rules_max));
        }
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::size_t before = out_.problems.size();
            RoutingRule rule = read_rule(list[i], fmt::format("routing[{}]", i));
            if (out_.problems.size() == before) out_.rules.push_back(std::move(rule));
        }
    }

  private:
    void refuse(const std::string& path, std::string_view problem) {
        out_.problems.push_back(fmt::format("{}: {}", path, problem));
    }

    static std::string text(const json& object, const char* name) {
        const auto found = object.find(name);
        return found != object.end() && found->is_string() ? found->get<std::string>() : "";
    }

    RoutingRule read_rule(const json& value, const std::string& path) {
        RoutingRule rule;
        if (!value.is_object()) {
            refuse(path, "expected an object");
            return rule;
        }
        read_when(value, path, rule);
        if (const auto hours = value.find("hours"); hours != value.end()) {
            auto reading = read_business_hours(*hours, path + ".hours");
            rule.hours = std::move(reading.hours);
            std::ranges::move(reading.problems, std::back_inserter(out_.problems));
        }
        read_then(value, path, rule);
        return rule;
    }

    void read_when(const json& value, const std::string& path, RoutingRule& rule) {
        if (!value.contains("when")) return;
        const std::string when = text(value, "when");
        if (when == "open") {
            rule.when = RoutingRule::When::open;
        } else if (when == "closed") {
            rule.when = RoutingRule::When::closed;
        } else if (when != "always") {
            refuse(path + ".when", "expected always, open or closed");
        }
    }

    void read_then(const json& value, const std::string& path, RoutingRule& rule) {
        const auto given = std::ranges::count_if(std::array{"assistant_id", "transfer_to", "say"},
                                                 [&](const char* name) { return value.contains(name); });
        if (given != 1) return refuse(path, "expected one of assistant_id, transfer_to and say");
        if (value.contains("assistant_id")) {
            rule.then = RouteToAssistant{text(value, "assistant_id")};
            if (text(value, "assistant_id").empty())
                refuse(path + ".assistant_id", "expected an assistant's id");
        } else if (value.contains("transfer_to")) {
            const auto target = transfer_target(text(value, "transfer_to"));
            if (target) rule.then = RouteToPerson{*target};
            if (!target) refuse(path + ".transfer_to", "expected dispatch, manager or emergency");
        } else {
            rule.then = RouteToAnnouncement{one_line(text(value, "say"), announcement_max)};
            if (text(value, "say").empty()) refuse(path + ".say", "expected what the caller hears");
        }
    }

    RoutingReading& out_;
};

bool applies(const RoutingRule& rule, const IncomingLine& line, durable::Timestamp now) {
    if (rule.when == RoutingRule::When::always) return true;
    const auto& hours = rule.hours ? rule.hours : line.settings.business_hours;
    const bool open = !hours || hours->open_at(now, line.zone);
    return open == (rule.when == RoutingRule::When::open);
}

std::optional<RoutingDecision> by_assistant(const std::string& assistant_id, const IncomingLine& line) {
    const auto found = line.assistants.find(assistant_id);
    if (found == line.assistants.end()) return std::nullopt;
    return AnswerByAssistant{found->second};
}

/// Nothing when what the rule wants cannot be had.
std::optional<RoutingDecision> follow(const RoutingRule& rule, const IncomingLine& line) {
    if (const auto* assistant = std::get_if<RouteToAssistant>(&rule.then)) {
        return by_assistant(assistant->assistant_id, line);
    }
    if (const auto* person = std::get_if<RouteToPerson>(&rule.then)) {
        const auto& numbers = line.settings.numbers(person->target);
        if (numbers.empty()) return std::nullopt;
        return AnswerByPerson{numbers.front(), "One moment please, I'm connecting you."};
    }
    return Declined{"announcement", std::get<RouteToAnnouncement>(rule.then).text};
}

constexpr std::string_view not_in_service = "Sorry, this line is not in service right now.";

std::string cannot_answer(const IncomingLine& line) {
    return fmt::format("Thank you for calling {}. We can't take your call right now; please try again later.",
                       one_line(line.business, 200));
}

}  // namespace

RoutingReading read_routing(std::string_view text) {
    RoutingReading out;
    const json list = text.empty() ? json::array() : json::parse(text, nullptr, false);
    if (list.is_discarded()) {
        out.problems.emplace_back("routing: is not JSON");
        return out;
    }
    Reader{out}.read(list);
    return out;
}

bool beyond_included(const IncomingLine& line) {
    return line.used_minutes >= line.included_minutes;
}

RoutingDecision decide(const IncomingLine& line, durable::Timestamp now) {
    // A bill that is overdue is a matter between us and the business, not one for its callers.
    const auto& status = line.organization_status;
    if (status != "active" && status != "trialing" && status != "past_due") {
        return Declined{"organization", std::string{not_in_service}};
    }
    if (!line.number_known) return Declined{"number", std::string{not_in_service}};
    if (line.settings.overage_policy == OveragePolicy::block && beyond_included(line)) {
        return Declined{"minutes", cannot_answer(line)};
    }
    for (const RoutingRule& rule : line.routing) {
        if (!applies(rule, line, now)) continue;
        if (auto decision = follow(rule, line)) return *std::move(decision);
        break;
    }
    if (auto decision = by_assistant(line.assistant_id, line)) return *std::move(decision);
    return Declined{"assistant", cannot_answer(line)};
}

}  // namespace callflex
