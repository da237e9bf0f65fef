#include "api/sandbox/faults.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace callflex::sandbox {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<std::string_view, FaultMode>, 7> modes{
    {{"error", FaultMode::error},
     {"timeout", FaultMode::timeout},
     {"lost_answer", FaultMode::lost_answer},
     {"failed_after", FaultMode::failed_after},
     {"delay", FaultMode::delay},
     {"rate_limit", FaultMode::rate_limit},
     {"duplicate", FaultMode::duplicate}}};

std::optional<FaultMode> mode_of(const json& value) {
    if (!value.is_string()) return std::nullopt;
    const auto found =
        std::ranges::find(modes, value.get<std::string>(), &std::pair<std::string_view, FaultMode>::first);
    if (found == modes.end()) return std::nullopt;
    return found->second;
}

/// Takes the optional members that are there; throws json exceptions for wrong types.
void read_details(const json& text, Fault& fault) {
    fault.rate = text.value("rate", fault.rate);
    fault.seed = text.value("seed", fault.seed);
    if (text.contains("times")) fault.times = text.at("times").get<std::uint64_t>();
    fault.status = text.value("status", fault.status);
    fault.delay = std::chrono::milliseconds{text.value("delay_ms", std::int64_t{fault.delay.count()})};
    fault.retry_after = text.value("retry_after", fault.retry_after);
    fault.method = text.value("method", fault.method);
    fault.path = text.value("path", fault.path);
    fault.random.seed(fault.seed);
}

std::string unknown_member(const json& text) {
    static const std::set<std::string> known{"vendor", "mode",     "rate",        "seed",   "times",
                                             "status", "delay_ms", "retry_after", "method", "path"};
    for (const auto& [name, value] : text.items()) {
        if (!known.contains(name)) return name;
    }
    return {};
}

bool applies(const Fault& fault, std::string_view vendor, const Ask& ask) {
    if (fault.vendor != "*" && fault.vendor != vendor) return false;
    if (!fault.method.empty() && fault.method != ask.method) return false;
    if (ask.path.find(fault.path) == std::string::npos) return false;
    return !fault.times || fault.fired < *fault.times;
}

}  // namespace

std::string_view name_of(FaultMode mode) {
    return std::ranges::find(modes, mode, &std::pair<std::string_view, FaultMode>::second)->first;
}

std::variant<Fault, std::string> read_fault(const json& text) {
    static const std::set<std::string> vendors{"twilio",    "resend",   "openai", "vapi", "stripe",
                                               "customers", "supabase", "s3",     "*"};
    if (!text.is_object()) return "expected a JSON object";
    if (const std::string name = unknown_member(text); !name.empty()) return "unknown member: " + name;
    const auto mode = mode_of(text.value("mode", json{}));
    if (!mode)
        return "mode: expected error, timeout, lost_answer, failed_after, delay, rate_limit or duplicate";
    Fault fault;
    fault.mode = *mode;
    try {
        fault.vendor = text.value("vendor", std::string{});
        read_details(text, fault);
    } catch (const json::exception& error) {
        return std::string{error.what()};
    }
    if (!vendors.contains(fault.vendor))
        return "vendor: expected twilio, resend, openai, vapi, stripe, customers or *";
    if (!(fault.rate >= 0 && fault.rate <= 1)) return "rate: expected 0 to 1";
    if (fault.status < 400 || fault.status > 599) return "status: expected 400 to 599";
    if (fault.delay.count() < 0 || fault.delay > std::chrono::minutes{10})
        return "delay_ms: expected 0 to 600000";
    return fault;
}

json as_json(const Fault& fault) {
    json value{{"vendor", fault.vendor},
               {"mode", name_of(fault.mode)},
               {"rate", fault.rate},
               {"seed", fault.seed},
               {"status", fault.status},
               {"delay_ms", fault.delay.count()},
               {"retry_after", fault.retry_after},
               {"method", fault.method},
               {"path", fault.path},
               {"fired", fault.fired}};
    if (fault.times) value["times"] = *fault.times;
    return value;
}

void FaultPlan::remove(const std::string& vendor) {
    std::erase_if(faults_, [&](const Fault& fault) { return vendor.empty() || fault.vendor == vendor; });
}

const Fault* FaultPlan::draw(std::string_view vendor, const Ask& ask) {
    for (Fault& fault : faults_) {
        if (!applies(fault, vendor, ask)) continue;
        // 53 bits, as in a double: the same sequence everywhere, which no standard distribution promises.
        const double chance = static_cast<double>(fault.random() >> 11U) * 0x1.0p-53;
        if (chance >= fault.rate) continue;
        ++fault.fired;
        return &fault;
    }
    return nullptr;
}

json FaultPlan::report() const {
    json list = json::array();
    for (const Fault& fault : faults_) list.push_back(as_json(fault));
    return {{"faults", std::move(list)}};
}

}  // namespace callflex::sandbox
