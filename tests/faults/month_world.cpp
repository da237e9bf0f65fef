#include "tests/faults/month_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <regex>
#include <thread>

#include "api/ingress/stripe_signature.hpp"
#include "api/ingress/text.hpp"
#include "engine/client/schedules.hpp"
#include "tests/faults/customer_endpoint.hpp"
#include "tests/ingress/raw_client.hpp"
#include "tests/ingress/world.hpp"
#include "workflows/schedules.hpp"

namespace test {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr const char* platform_secret = "a-platform-secret";
constexpr const char* stripe_secret = "whsec_month_of_tests";
constexpr int days_in_month = 31;
/// The period of Stripe's sample of a renewal: 31 days.
constexpr std::int64_t sample_period_start = 1797848100;
/// What every sample's subscription begins with.
constexpr std::int64_t sample_begin = 1795256100;

/// Moves every moment of a sample.
std::string shifted(const std::string& text, std::int64_t shift) {
    static const std::regex moment{R"(\b(179|180)\d{7}\b)"};
    std::string out;
    auto from = text.cbegin();
    for (std::sregex_iterator at{text.begin(), text.end(), moment}, end; at != end; ++at) {
        out.append(from, (*at)[0].first);
        out += std::to_string(std::stoll(at->str()) + shift);
        from = (*at)[0].second;
    }
    return out.append(from, text.cend());
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
}

std::string report(const std::string& call, durable::Timestamp started, seconds length) {
    return fmt::format(
        R"({{"message":{{"type":"end-of-call-report","endedReason":"customer-ended-call","cost":0.05,)"
        R"("startedAt":"{}","endedAt":"{}","call":{{"id":"{}","type":"inboundPhoneCall",)"
        R"("customer":{{"number":"+15550100123"}}}},"artifact":{{"messages":[],)"
        R"("transcript":"AI: Hello. User: I would like a visit on Monday."}}}}}})",
        callflex::ingress::format_time(started), callflex::ingress::format_time(started + length), call);
}

/// All but the one that forgets deliveries after thirty days: the month is looked at when it is over.
std::vector<durable::ScheduleSpec> schedules_of_a_month() {
    auto schedules = callflex::product_schedules();
    std::erase_if(schedules, [](const auto& schedule) { return schedule.id == "inbound-retention"; });
    return schedules;
}

}  // namespace

Month::Month(MonthSize size)
    : size_{size}, world_{[](callflex::ingress::IngressOptions& options) {
          options.platform_secrets = {platform_secret};
          options.stripe_secrets = {stripe_secret};
          options.requests_per_minute = 0;
      }} {
    // The month lies in the past, because Stripe takes no report from the future.
    const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
    began_ = now - days{days_in_month + 1};
    world_.database().execute(
        "select engine.create_partitions(now() - interval '3 months', now() + interval '1 month')");
    world_.database().advance(durable::Timestamp{began_} - world_.database().now());
    world_.database().execute("delete from app.phone_numbers; delete from app.assistants");
    durable::client::ScheduleClient{
        durable::client::ClientOptions{.connection_string = world_.database().url()}}
        .apply(schedules_of_a_month());
    for (int i = 0; i < size_.organizations; ++i) add_organization(i);
    for (int i = 0; i < size_.worker_processes; ++i) workers_.push_back(world_.start_worker());
}

Month::~Month() = default;

void Month::add_organization(int number) {
    Organization organization;
    organization.id = fmt::format("0199f0a4-0000-7000-8000-{:012x}", 0xa000 + number);
    organization.name = fmt::format("Business {}", number);
    organization.endpoint_broken = number % 8 == 3;
    organization.pays = number % 5 != 4;
    const char* plans[] = {"starter", "growth", "scale"};
    const auto at = callflex::ingress::format_time(durable::Timestamp{began_});
    world_.database().execute(fmt::format(
        "insert into app.organizations (id, name, slug, status, plan, stripe_customer_id, "
        "billing_period_start, "
        "billing_period_end, settings) values ('{0}', '{1}', 'b{2}', 'trialing', '{3}', null, '{4}', "
        "'{4}'::timestamptz + interval '31 days', '{{\"notifications\": {{\"sms\": [\"+1555020{2:04}\"], "
        "\"email\": [\"owner{2}@example.com\"]}}}}')",
        organization.id, organization.name, number, plans[number % 3], at));
    // What the plan includes is soon used up, so that every month has alerts and overage.
    world_.database().execute("update app.plans set included_minutes = least(included_minutes, 40)");
    add_endpoint(organization);
    organizations_.push_back(organization);
}

void Month::add_endpoint(const Organization& organization) {
    add_customer_endpoint(world_.database(), world_.secrets_key(), organization.id,
                          world_.sandbox_url() + "/customers/" + organization.id);
    if (organization.endpoint_broken) {
        world_.ask_sandbox("PUT", "/customers/" + organization.id + "/behaviour", R"({"status": 500})");
    }
}

void Month::make_vendors_fail() {
    int seed = 1;
    for (const char* vendor : {"twilio", "resend", "stripe"}) {
        for (const char* mode : {"error", "lost_answer", "rate_limit", "failed_after"}) {
            world_.set_fault({{"vendor", vendor}, {"mode", mode}, {"rate", 0.025}, {"seed", ++seed}});
        }
    }
}

std::string Month::stripe_event(const std::string& sample, const Organization& organization,
                                std::int64_t shift) {
    std::string event = shifted(payload("stripe/" + sample), shift);
    const std::string mark = organization.id.substr(24);
    replace_all(event, "org_7d0c2f7e", organization.id);
    replace_all(event, "sub_FakeAcme000001", "sub_" + mark);
    replace_all(event, "cus_FakeAcme000001",
                world_.value("select coalesce(stripe_customer_id, '') from "
                             "app.organizations where id = '" +
                             organization.id + "'"));
    static const std::regex event_id{"evt_[A-Za-z0-9]+"};
    return std::regex_replace(event, event_id, fmt::format("evt_{}", ++events_));
}

/// In any order, every third one twice.
void Month::deliver(std::vector<std::string> events) {
    const std::size_t count = events.size();
    for (std::size_t i = 0; i < count; i += 3) events.push_back(events[i]);
    std::ranges::shuffle(events, random_);
    for (const std::string& event : events) {
        const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now()).time_since_epoch();
        const auto answer = exchange(
            world_.ingress_port(),
            fmt::format("POST /api/webhooks/stripe HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                        "application/json\r\nStripe-Signature: {}\r\nContent-Length: {}\r\n\r\n{}",
                        callflex::ingress::stripe_signature(event, stripe_secret, now), event.size(), event));
        if (!answer || answer->status != 200)
            throw std::runtime_error("a Stripe event was refused: " + (answer ? answer->body : "no answer"));
    }
}

void Month::begin_subscriptions() {
    for (const Organization& organization : organizations_) {
        const auto made = world_.ask_sandbox(
            "POST", "/stripe/v1/customers", "name=Business&metadata[organizationId]=" + organization.id,
            "Content-Type: application/x-www-form-urlencoded\r\nAuthorization: Bearer sk_test_month\r\n"
            "Stripe-Version: 2026-10-28.endive\r\n");
        world_.database().execute(
            fmt::format("update app.organizations set stripe_customer_id = '{}' where id = '{}'",
                        made["id"].get<std::string>(), organization.id));
    }
    std::vector<std::string> events;
    const std::int64_t start = began_.time_since_epoch().count();
    for (const Organization& organization : organizations_) {
        events.push_back(stripe_event("checkout.session.completed.json", organization, start - sample_begin));
        events.push_back(stripe_event("invoice.paid.json", organization, start - sample_period_start));
    }
    deliver(std::move(events));
    make_vendors_fail();
    work_off();
}

void Month::end_call(Organization& organization, int day) {
    // Within the day's first 20 hours, so that no call ends after the moment at which it is reported.
    const auto started = durable::Timestamp{began_} + days{day} + seconds{random_() % 72'000};
    const seconds length{5 + random_() % 600};
    const std::string body = report(fmt::format("month-{}", calls_++), started, length);
    const auto answer = exchange(
        world_.ingress_port(),
        fmt::format("POST /api/webhooks/vapi/{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                    "application/json\r\nX-Vapi-Secret: {}\r\nContent-Length: {}\r\n\r\n{}",
                    organization.id, platform_secret, body.size(), body));
    if (!answer || answer->status != 200)
        throw std::runtime_error("a report was refused: " + (answer ? answer->body : "no answer"));
    ++organization.calls;
    organization.minutes += (length.count() + 59) / 60;
}

void Month::live_through_all_days() {
    for (int day = 0; day < days_in_month; ++day) {
        const int calls = size_.calls * (day + 1) / days_in_month - size_.calls * day / days_in_month;
        pass(seconds{72'600});
        for (int i = 0; i < calls; ++i) end_call(organizations_[random_() % organizations_.size()], day);
        pass(seconds{86'400 - 72'600});
    }
}

void Month::end_period() {
    std::vector<std::string> events;
    const std::int64_t renewal =
        began_.time_since_epoch().count() + days_in_month * 86'400 - sample_period_start;
    for (const Organization& organization : organizations_) {
        const char* sample = organization.pays ? "invoice.paid.json" : "invoice.payment_failed.json";
        events.push_back(stripe_event(sample, organization, renewal));
    }
    deliver(std::move(events));
    work_off();
}

void Month::settle(int hours) {
    for (int i = 0; i < hours && world_.value("select count(*) from engine.live_runs") != "0"; ++i) {
        pass(std::chrono::hours{1});
    }
}

void Month::pass(seconds time) {
    work_off();
    const auto end = world_.database().now() + time;
    while (true) {
        // One that has ripened since the look at what is due counts too: its wait is over, not forgotten.
        const std::string next = world_.value(
            R"(select greatest(0, (extract(epoch from min(available_at) - engine.now()) * 1000)::bigint + 1)
                 from engine.activities where owner is null and available_at < 'infinity' having count(*) > 0)");
        const std::chrono::milliseconds wait{next.empty() ? 0 : std::stoll(next)};
        if (next.empty() || world_.database().now() + wait >= end) break;
        world_.database().advance(wait);
        work_off();
    }
    if (const auto rest = end - world_.database().now(); rest > durable::Duration{0})
        world_.database().advance(rest);
    work_off();
}

bool Month::work_is_due() const {
    return world_.value(
               "select exists (select from engine.live_runs where owner is not null or wake_at <= "
               "engine.now()) "
               "or exists (select from engine.activities where owner is not null or available_at <= "
               "engine.now()) or exists (select from engine.errands) or exists (select from engine.schedules "
               "where next_at <= engine.now() and not paused)") == "t";
}

void Month::work_off() {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes{5};
    auto next_kill = std::chrono::steady_clock::now() + std::chrono::milliseconds{200 + random_() % 2000};
    // Twice in a row: between a commit and what it causes there may be a moment without a trace of work.
    for (int idle = 0; idle < 2; idle = work_is_due() ? 0 : idle + 1) {
        if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("work is due and not done");
        if (std::chrono::steady_clock::now() > next_kill) {
            kill_somebody();
            next_kill = std::chrono::steady_clock::now() + std::chrono::milliseconds{1500 + random_() % 3000};
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{50});  // the pace of looking
    }
}

void Month::kill_somebody() {
    pid_t& victim = workers_[random_() % workers_.size()];
    ::kill(victim, SIGKILL);
    (void)world_.crashed(victim);
    victim = world_.start_worker();
    ++kills_;
}

}  // namespace test
