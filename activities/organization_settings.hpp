#pragma once
// organizations.settings as values. Every member is optional:
//
//   {"transfer_numbers": {"dispatch": "+1...", "manager": "+1...", "emergency": "+1..."},
//                          each one number or a list,
//    "notifications": {"sms": ["+1..."], "email": ["owner@..."]},
//    "business_hours": {...},                       see business_hours.hpp
//    "overage_policy": "allow" | "warn" | "block",  what happens to calls beyond the included minutes
//    "voice": {"provider": "...", "voiceId": "..."}}
//
// Reading never throws: what is wrong is listed with its path and left out, so that a call that is on the
// line is answered by what is right. Who writes settings refuses them when there are problems.

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "activities/business_hours.hpp"

namespace callflex {

/// Who a call may be passed on to.
enum class TransferTarget : std::uint8_t { dispatch, manager, emergency };
inline constexpr std::array<TransferTarget, 3> transfer_targets{
    TransferTarget::dispatch, TransferTarget::manager, TransferTarget::emergency};
[[nodiscard]] std::string_view name(TransferTarget target);
[[nodiscard]] std::optional<TransferTarget> transfer_target(std::string_view name);

enum class OveragePolicy : std::uint8_t {
    allow,  ///< calls go on, minutes beyond are billed
    warn,   ///< the same, and the owners are told
    block,  ///< calls are refused until the next period
};

struct OrganizationSettings {
    /// By TransferTarget; the first one is called, all of them are alerted.
    std::array<std::vector<std::string>, transfer_targets.size()> transfer_numbers{};
    std::vector<std::string> notify_sms;          ///< E.164
    std::vector<std::string> notify_email;        ///< one address each
    std::optional<BusinessHours> business_hours;  ///< none: not said, which means always open
    OveragePolicy overage_policy = OveragePolicy::allow;
    std::string voice_json;  ///< an object, or "" for the default voice

    [[nodiscard]] const std::vector<std::string>& numbers(TransferTarget target) const {
        return transfer_numbers.at(static_cast<std::size_t>(target));
    }
};

struct SettingsReading {
    OrganizationSettings settings;      ///< without what is in `problems`
    std::vector<std::string> problems;  ///< each begins with the path; none quotes a value
};

[[nodiscard]] SettingsReading read_organization_settings(std::string_view json);

}  // namespace callflex
