#include "activities/webhooks/webhook_config.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "activities/http/public_address.hpp"

namespace callflex {
namespace {

using Environment = std::function<std::optional<std::string>(std::string_view)>;
using std::chrono::microseconds;

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        std::string item{text.substr(0, comma)};
        std::erase(item, ' ');
        items.push_back(std::move(item));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = !text.empty() && error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional{value} : std::nullopt;
}

std::optional<microseconds> parse_wait(std::string_view text) {
    struct Unit {
        std::string_view name;
        microseconds length;
    };
    static constexpr std::array<Unit, 4> units{{{"ms", std::chrono::milliseconds{1}},
                                                {"s", std::chrono::seconds{1}},
                                                {"m", std::chrono::minutes{1}},
                                                {"h", std::chrono::hours{1}}}};
    for (const Unit& unit : units) {
        if (!text.ends_with(unit.name)) continue;
        const auto count = whole_number(text.substr(0, text.size() - unit.name.size()));
        if (!count || *count < 0 || *count > 1'000'000) return std::nullopt;
        const microseconds wait = unit.length * *count;
        return wait <= std::chrono::hours{24 * 7} ? std::optional{wait} : std::nullopt;
    }
    return std::nullopt;
}

class Reader {
  public:
    Reader(const Environment& environment, std::vector<std::string>& problems)
        : environment_(environment), problems_(problems) {}

    [[nodiscard]] std::string text(std::string_view name) const { return environment_(name).value_or(""); }

    template <class T>
    void number(const std::string& name, T& target, std::int64_t least, std::int64_t most) {
        const std::string given = text(name);
        if (given.empty()) return;
        const auto value = whole_number(given);
        if (!value || *value < least || *value > most)
            return problem(name, "expected a whole number from " + std::to_string(least) + " to " +
                                     std::to_string(most));
        if constexpr (std::is_same_v<T, int>) {
            target = static_cast<int>(*value);
        } else {
            target = T{*value};
        }
    }
    void problem(const std::string& name, const std::string& what) {
        problems_.push_back(name + ": " + what);
    }

  private:
    const Environment& environment_;
    std::vector<std::string>& problems_;
};

void read_deny(Reader& reader, WebhookConfig& config) {
    config.deny = split(reader.text("WEBHOOK_DENY"));
    const bool fine = std::ranges::all_of(
        config.deny, [](const std::string& network) { return http::Network::parse(network).has_value(); });
    if (!fine) reader.problem("WEBHOOK_DENY", "expected networks such as 198.51.100.0/24,2001:db8::/32");
}

}  // namespace

std::optional<std::vector<microseconds>> parse_schedule(std::string_view text) {
    if (text.ends_with(',')) return std::nullopt;
    std::vector<microseconds> schedule;
    for (const std::string& item : split(text)) {
        const auto wait = parse_wait(item);
        if (!wait) return std::nullopt;
        schedule.push_back(*wait);
    }
    if (schedule.empty() || schedule.size() > 50) return std::nullopt;
    return schedule;
}

WebhookConfig webhook_config(const Environment& environment, std::vector<std::string>& problems) {
    Reader reader{environment, problems};
    WebhookConfig config;
    if (const std::string given = reader.text("WEBHOOK_SCHEDULE"); !given.empty()) {
        if (auto schedule = parse_schedule(given)) {
            config.schedule = std::move(*schedule);
        } else {
            reader.problem("WEBHOOK_SCHEDULE", "expected 1 to 50 waits such as 0s,5s,30s,2m,10m,30m,1h");
        }
    }
    reader.number("WEBHOOK_TIMEOUT_SECONDS", config.timeout, 1, 30);
    reader.number("WEBHOOK_CIRCUIT_FAILURES", config.circuit_failures, 1, 1000);
    reader.number("WEBHOOK_CIRCUIT_SECONDS", config.circuit, 1, 3600);
    reader.number("WEBHOOK_CIRCUIT_MAX_SECONDS", config.circuit_max, 1, 86'400);
    reader.number("WEBHOOK_GIVE_UP_HOURS", config.give_up, 1, 720);
    reader.number("WEBHOOK_DISABLE_HOURS", config.disable, 1, 720);
    reader.number("WEBHOOK_PER_ADDRESS", config.per_address, 1, 1000);
    reader.number("WEBHOOK_PER_ORGANIZATION", config.per_organization, 1, 1000);
    config.queue = reader.text("WEBHOOK_QUEUE");
    read_deny(reader, config);
    const std::string allow = reader.text("WEBHOOK_ALLOW_PRIVATE");
    config.allow_private = allow == "1";
    if (!allow.empty() && allow != "0" && allow != "1")
        reader.problem("WEBHOOK_ALLOW_PRIVATE", "expected 0 or 1");
    return config;
}

}  // namespace callflex
