#include "activities/organization_settings.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "activities/email_address.hpp"
#include "activities/phone_number.hpp"

namespace callflex {

namespace {

constexpr std::size_t recipients_max = 50;
constexpr std::array<std::string_view, transfer_targets.size()> target_names{"dispatch", "manager",
                                                                             "emergency"};

class Reader {
  public:
    explicit Reader(SettingsReading& out) : out_{out} {}

    void read(const nlohmann::json& root) {
        if (!root.is_object()) return refuse("settings", "expected an object");
        if (const auto* numbers = member(root, "transfer_numbers")) read_transfer_numbers(*numbers);
        if (const auto* wanted = member(root, "notifications")) read_notifications(*wanted);
        if (const auto* hours = member(root, "business_hours")) {
            auto reading = read_business_hours(*hours, "business_hours");
            out_.settings.business_hours = std::move(reading.hours);
            std::ranges::move(reading.problems, std::back_inserter(out_.problems));
        }
        if (const auto* policy = member(root, "overage_policy")) read_policy(*policy);
        if (const auto* voice = member(root, "voice")) {
            if (!voice->is_object()) return refuse("voice", "expected an object");
            out_.settings.voice_json = voice->dump();
        }
    }

  private:
    using Accepts = bool (*)(std::string_view);

    void refuse(std::string_view path, std::string_view problem) {
        out_.problems.push_back(fmt::format("{}: {}", path, problem));
    }

    static const nlohmann::json* member(const nlohmann::json& object, const char* name) {
        const auto found = object.find(name);
        return found == object.end() || found->is_null() ? nullptr : &*found;
    }

    /// A string, or a list of them.
    std::vector<std::string> read_list(const nlohmann::json& value, const std::string& path, Accepts accepts,
                                       std::string_view expected) {
        const nlohmann::json list = value.is_string() ? nlohmann::json::array({value}) : value;
        std::vector<std::string> out;
        if (!list.is_array() || list.size() > recipients_max) {
            refuse(path, fmt::format("expected a list of at most {}", recipients_max));
            return out;
        }
        for (std::size_t i = 0; i < list.size(); ++i) {
            const auto* text = list[i].get_ptr<const std::string*>();
            if (text == nullptr || !accepts(*text)) {
                refuse(value.is_string() ? path : fmt::format("{}[{}]", path, i), expected);
            } else if (std::ranges::find(out, *text) == out.end()) {
                out.push_back(*text);
            }
        }
        return out;
    }

    std::vector<std::string> read_numbers(const nlohmann::json& value, const std::string& path) {
        return read_list(
            value, path, [](std::string_view text) { return is_e164(text); },
            "expected a number in E.164 form such as +15550100200");
    }

    void read_transfer_numbers(const nlohmann::json& value) {
        if (!value.is_object()) return refuse("transfer_numbers", "expected an object");
        for (const TransferTarget target : transfer_targets) {
            const std::string key{name(target)};
            if (const auto* numbers = member(value, key.c_str())) {
                out_.settings.transfer_numbers.at(static_cast<std::size_t>(target)) =
                    read_numbers(*numbers, "transfer_numbers." + key);
            }
        }
        for (const auto& [key, unused] : value.items()) {
            if (!transfer_target(key)) {
                refuse("transfer_numbers", "knows dispatch, manager and emergency, and nothing else");
                break;
            }
        }
    }

    void read_notifications(const nlohmann::json& value) {
        if (!value.is_object()) return refuse("notifications", "expected an object");
        if (const auto* sms = member(value, "sms")) {
            out_.settings.notify_sms = read_numbers(*sms, "notifications.sms");
        }
        if (const auto* email = member(value, "email")) {
            out_.settings.notify_email = read_list(*email, "notifications.email", &is_email_address,
                                                   "expected an address such as owner@example.com");
        }
    }

    void read_policy(const nlohmann::json& value) {
        const auto* text = value.get_ptr<const std::string*>();
        if (text != nullptr && *text == "allow") {
            out_.settings.overage_policy = OveragePolicy::allow;
        } else if (text != nullptr && *text == "warn") {
            out_.settings.overage_policy = OveragePolicy::warn;
        } else if (text != nullptr && *text == "block") {
            out_.settings.overage_policy = OveragePolicy::block;
        } else {
            refuse("overage_policy", "expected allow, warn or block");
        }
    }

    SettingsReading& out_;
};

}  // namespace

std::string_view name(TransferTarget target) {
    return target_names.at(static_cast<std::size_t>(target));
}

std::optional<TransferTarget> transfer_target(std::string_view name) {
    const auto found = std::ranges::find(target_names, name);
    if (found == target_names.end()) return std::nullopt;
    return transfer_targets.at(static_cast<std::size_t>(found - target_names.begin()));
}

SettingsReading read_organization_settings(std::string_view json) {
    SettingsReading out;
    const auto root = json.empty() ? nlohmann::json::object() : nlohmann::json::parse(json, nullptr, false);
    if (root.is_discarded()) {
        out.problems.emplace_back("settings: is not JSON");
        return out;
    }
    Reader{out}.read(root);
    return out;
}

}  // namespace callflex
