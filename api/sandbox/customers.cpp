#include "api/sandbox/customers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "api/sandbox/standard_webhooks.hpp"

namespace callflex::sandbox {
namespace {

using nlohmann::json;

constexpr std::size_t received_max = 20'000;

Reply problem(int status, const std::string& detail) {
    return json_reply(status, {{"error", detail}});
}

std::optional<Reply::Manner> manner_of(const std::string& name) {
    static const std::map<std::string, Reply::Manner> manners{{"answer", Reply::Manner::normal},
                                                              {"hang", Reply::Manner::silence},
                                                              {"drip", Reply::Manner::drip},
                                                              {"hang_up", Reply::Manner::hang_up}};
    const auto found = manners.find(name);
    return found == manners.end() ? std::nullopt : std::optional{found->second};
}

std::int64_t milliseconds(std::chrono::system_clock::time_point when) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

/// Runs when the reply has been written, or its connection has ended.
class AtEnd {
  public:
    explicit AtEnd(std::function<void()> work) : work_(std::move(work)) {}
    ~AtEnd() { work_(); }
    AtEnd(const AtEnd&) = delete;
    AtEnd& operator=(const AtEnd&) = delete;

  private:
    std::function<void()> work_;
};

std::size_t limit_of(const Ask& ask) {
    std::size_t limit = 1000;
    const std::string text = ask.parameter("limit");
    std::from_chars(text.data(), text.data() + text.size(), limit);
    return limit;
}

}  // namespace

Reply Customers::failure(int status) const {
    return problem(status, "the customer's system is broken");
}

Reply Customers::handle(const Ask& ask) {
    const auto slash = ask.path.find('/', 1);
    const std::string name = ask.path.substr(1, slash == std::string::npos ? slash : slash - 1);
    const std::string what = slash == std::string::npos ? "" : ask.path.substr(slash + 1);
    if (name.empty()) return problem(404, "which customer?");
    const auto system = this->system(name);
    if (what == "received" && ask.method == "GET") return report(*system, ask);
    if (what == "behaviour" && ask.method == "PUT") return program(*system, ask, true);
    if (what == "handicap" && ask.method == "PUT") return program(*system, ask, false);
    if (ask.method != "POST") return problem(405, "expected POST");
    return receive(system, ask);
}

const std::shared_ptr<Customers::System>& Customers::system(const std::string& name) {
    auto& system = systems_[name];
    if (system) return system;
    system = std::make_shared<System>();
    if (const auto known = known_.find(name); known != known_.end()) system->secrets = known->second;
    return system;
}

Reply Customers::receive(const std::shared_ptr<System>& system, const Ask& ask) {
    const auto now = std::chrono::system_clock::now();
    Received received{ask.header("webhook-id"),
                      ask.header("x-webhook-event"),
                      ask.header("webhook-timestamp"),
                      {},
                      ask.body,
                      milliseconds(now),
                      0};
    if (!system->secrets.empty()) received.problem = problem_of_signature(ask, system->secrets, now);

    Behaviour now_doing = system->behaviour;
    if (now_doing.times && *now_doing.times <= 0) now_doing = Behaviour{};
    if (system->behaviour.times) --*system->behaviour.times;
    Reply reply;
    reply.manner = now_doing.manner;
    reply.status = received.problem.empty() ? now_doing.status : 401;
    reply.body = now_doing.body;
    reply.content_type = "text/plain";
    reply.delay = now_doing.delay;
    if (now_doing.retry_after) reply.headers["Retry-After"] = std::to_string(*now_doing.retry_after);
    if (!now_doing.location.empty()) reply.headers["Location"] = now_doing.location;
    received.status = reply.status;

    ++system->count;
    system->received.push_back(std::move(received));
    if (system->received.size() > received_max) system->received.pop_front();
    system->in_flight_max = std::max(system->in_flight_max, ++system->in_flight);
    reply.at_end = std::make_shared<AtEnd>([system] { --system->in_flight; });
    return reply;
}

Reply Customers::program(System& system, const Ask& ask, bool with_secrets) {
    const json text = parse_json(ask.body);
    if (!text.is_object()) return problem(400, "expected a JSON object");
    try {
        Behaviour wanted;
        const auto manner = manner_of(text.value("manner", std::string{"answer"}));
        if (!manner) return problem(400, "manner: expected answer, hang, drip or hang_up");
        wanted.manner = *manner;
        wanted.status = text.value("status", 200);
        if (wanted.status < 200 || wanted.status > 599) return problem(400, "status: expected 200 to 599");
        if (text.contains("retry_after")) wanted.retry_after = text.at("retry_after").get<int>();
        wanted.delay = std::chrono::milliseconds{text.value("delay_ms", std::int64_t{0})};
        wanted.body = text.value("body", std::string{});
        wanted.location = text.value("location", std::string{});
        if (text.contains("times")) wanted.times = text.at("times").get<int>();
        auto secrets = text.value("secrets", std::vector<std::string>{});
        if (with_secrets) system.secrets = std::move(secrets);
        system.behaviour = std::move(wanted);
    } catch (const json::exception& error) {
        return problem(400, error.what());
    }
    return json_reply(200, {{"programmed", true}});
}

std::vector<Thing> Customers::things() const {
    std::vector<Thing> all;
    for (const auto& [name, system] : systems_) {
        const char* verifies =
            system->secrets.empty() ? "knows no secret: signatures are not verified" : "verifies signatures";
        all.push_back({"endpoint", name, "/customers/" + name,
                       fmt::format("{} received, {}", system->count, verifies)});
    }
    return all;
}

std::vector<Promise> Customers::promises() const {
    Promise every_signature{"every message to an endpoint that knows its secret is signed with it", {}};
    for (const auto& [name, system] : systems_) {
        for (const Received& received : system->received) {
            if (!received.problem.empty())
                every_signature.broken.push_back(
                    fmt::format("{}: {} ({})", name, received.id, received.problem));
        }
    }
    return {std::move(every_signature)};
}

std::vector<Sent> Customers::sent(const Ledger&, std::size_t at_most) const {
    using Entry = std::pair<std::string, const Received*>;
    std::vector<Entry> entries;
    for (const auto& [name, system] : systems_) {
        const std::size_t shown = std::min(at_most, system->received.size());
        for (std::size_t i = system->received.size() - shown; i < system->received.size(); ++i)
            entries.emplace_back(name, &system->received[i]);
    }
    std::ranges::sort(entries,
                      [](const Entry& a, const Entry& b) { return a.second->at_ms > b.second->at_ms; });
    if (entries.size() > at_most) entries.resize(at_most);
    std::vector<Sent> list;
    for (const auto& [name, received] : entries) {
        const std::chrono::system_clock::time_point at{std::chrono::milliseconds{received->at_ms}};
        const bool verified = !systems_.at(name)->secrets.empty() && received->problem.empty();
        list.push_back({.vendor = "customers",
                        .kind = "webhook",
                        .id = received->id,
                        .key = verified ? "signature verified" : received->problem,
                        .to = name,
                        .from = {},
                        .subject = fmt::format("{} answered {}", received->event, received->status),
                        .text = received->body,
                        .at = iso_time(at)});
    }
    return list;
}

Reply Customers::report(const System& system, const Ask& ask) {
    std::set<std::string> ids;
    std::size_t not_verified = 0;
    for (const Received& received : system.received) {
        ids.insert(received.id);
        if (!received.problem.empty()) ++not_verified;
    }
    json list = json::array();
    const std::size_t shown = std::min(limit_of(ask), system.received.size());
    for (std::size_t i = system.received.size() - shown; i < system.received.size(); ++i) {
        const Received& received = system.received[i];
        list.push_back({{"id", received.id},
                        {"event", received.event},
                        {"timestamp", received.timestamp},
                        {"problem", received.problem},
                        {"body", received.body},
                        {"at_ms", received.at_ms},
                        {"status", received.status}});
    }
    return json_reply(200, {{"count", system.count},
                            {"distinct_ids", ids.size()},
                            {"not_verified", not_verified},
                            {"in_flight", system.in_flight},
                            {"in_flight_max", system.in_flight_max},
                            {"received", std::move(list)}});
}

}  // namespace callflex::sandbox
