#include "activities/billing/usage_days.hpp"

#include "activities/billing/billing_activities.hpp"
#include "activities/billing/summary_text.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex {
namespace {

/// From alerts to messages: the highest threshold that an organization has newly crossed, to everybody who
/// wants to know.
class AlertWriter {
  public:
    void add(const pqxx::row& alert) {
        const auto organization = alert["organization_id"].as<std::string>();
        // The highest comes first.
        highest_.try_emplace(organization, Alert{{{},
                                                  alert["threshold"].as<int>(),
                                                  alert["minutes"].as<std::int64_t>(),
                                                  alert["included"].as<std::int64_t>()},
                                                 alert["period"].as<std::string>()});
    }
    [[nodiscard]] std::vector<std::string> organizations() const {
        std::vector<std::string> ids;
        for (const auto& [id, alert] : highest_) ids.push_back(id);
        return ids;
    }
    [[nodiscard]] NotifyRequest message(const pqxx::row& recipient) const {
        NotifyRequest message;
        message.organization_id = recipient["organization_id"].as<std::string>();
        message.channel = recipient["channel"].as<std::string>();
        message.recipient = recipient["recipient"].as<std::string>();
        Alert alert = highest_.at(message.organization_id);
        alert.crossed.organization = recipient["name"].as<std::string>();
        message.key = "usage-alert/" + message.organization_id + "/" + alert.period + "/" +
                      std::to_string(alert.crossed.threshold) + "/" + message.channel + "/" +
                      message.recipient;
        message.subject = alert_subject(alert.crossed);
        message.text = alert_text(alert.crossed);
        return message;
    }

  private:
    struct Alert {
        CrossedThreshold crossed;
        std::string period;  ///< its start, in seconds
    };
    std::map<std::string, Alert> highest_;
};

UsageAlerts raise(pqxx::work& tx, const std::vector<std::string>& organizations) {
    UsageAlerts raised;
    AlertWriter writer;
    for (const auto& alert : durable::exec(tx, sql::raise_usage_alerts, plain_array(organizations))) {
        raised.thresholds.push_back(alert["threshold"].as<int>());
        writer.add(alert);
    }
    if (raised.thresholds.empty()) return raised;
    for (const auto& recipient :
         durable::exec(tx, sql::alert_recipients, plain_array(writer.organizations()))) {
        raised.messages.push_back(writer.message(recipient));
    }
    return raised;
}

}  // namespace

std::string plain_array(std::span<const std::string> texts) {
    std::string literal = "{";
    for (const std::string& text : texts) {
        if (literal.size() > 1) literal += ',';
        literal += text;
    }
    return literal + "}";
}

std::vector<RepairedDay> rebuild_usage_days(pqxx::work& tx, const std::vector<std::string>& organizations,
                                            const std::string& first, const std::string& last) {
    const std::string wanted = plain_array(organizations);
    durable::exec(tx, sql::make_usage_days, wanted, first, last);
    std::vector<std::string> locked;
    std::vector<std::string> dates;
    for (const auto& row : durable::exec(tx, sql::lock_usage_days, wanted, first, last)) {
        locked.push_back(row[0].as<std::string>());
        dates.push_back(row[1].as<std::string>());
    }
    std::vector<RepairedDay> repaired;
    for (const auto& row :
         durable::exec(tx, sql::rebuild_usage_days, plain_array(locked), plain_array(dates), first, last)) {
        repaired.push_back({row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<std::int64_t>(),
                            row[3].as<std::int64_t>()});
    }
    return repaired;
}

namespace transactional {

OrganizationPage organization_page(durable::TransactionalContext&, pqxx::work& tx, AggregationInput page) {
    std::optional<std::string> after;
    if (!page.after.empty()) after = page.after;
    OrganizationPage result;
    for (const auto& row : durable::exec(tx, sql::organization_page, after, page.page_size, page.everybody)) {
        result.organizations.push_back(row[0].as<std::string>());
    }
    return result;
}

UsageDayReport rebuild_usage_day(durable::TransactionalContext&, pqxx::work& tx, UsageDay day) {
    UsageDayReport report;
    const auto repaired = rebuild_usage_days(tx, day.organizations, day.date, day.date);
    report.repaired_days = static_cast<std::int64_t>(repaired.size());
    if (!day.alerts) return report;
    UsageAlerts raised = raise(tx, day.organizations);
    report.alerts = static_cast<std::int64_t>(raised.thresholds.size());
    report.messages = std::move(raised.messages);
    return report;
}

UsageAlerts raise_usage_alerts(durable::TransactionalContext&, pqxx::work& tx, UsageToLookAt organization) {
    return raise(tx, {organization.organization_id});
}

}  // namespace transactional
}  // namespace callflex
