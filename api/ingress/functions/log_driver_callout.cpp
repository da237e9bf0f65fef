// logDriverCallout: a driver cannot work or go on; dispatch hears of it at once.

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "activities/spoken.hpp"
#include "api/ingress/functions/alerts.hpp"

namespace callflex::ingress::functions {

namespace {

struct Reason {
    std::string_view name;
    std::string_view words;
};
constexpr std::array reasons{Reason{"sick", "is sick"}, Reason{"emergency", "has an emergency"},
                             Reason{"vehicle_issue", "has a vehicle issue"},
                             Reason{"personal", "is out for a personal reason"}, Reason{"other", "is out"}};

struct Callout {
    std::string driver;
    Reason reason;
    std::string route;
    std::string expected_return;
    std::string notes;
};

std::string alert_text(const Callout& callout, const Situation& situation) {
    std::string text = fmt::format("Driver callout: {} {}.", callout.driver, callout.reason.words);
    if (!callout.route.empty()) text += fmt::format(" Route {}.", callout.route);
    if (!callout.expected_return.empty()) text += fmt::format(" Expected back: {}.", callout.expected_return);
    if (!callout.notes.empty()) text += fmt::format(" Notes: {}.", callout.notes);
    if (!situation.caller_number.empty()) text += fmt::format(" Called from {}.", situation.caller_number);
    return text;
}

std::string answer(const Callout& callout, bool alerted) {
    const std::string_view done =
        alerted ? "I've logged it and dispatch is being alerted right now" : "I've logged it for dispatch";
    const std::string_view wish = callout.reason.name == "sick" ? "Get well soon." : "Take care.";
    if (callout.reason.name == "emergency") {
        return fmt::format("Thank you, {}. {}. If anybody is in danger, please hang up and call 911 first.",
                           callout.driver, done);
    }
    return fmt::format("Thank you, {}. {}. {}", callout.driver, done, wish);
}

}  // namespace

Outcome log_driver_callout(const Arguments& arguments, const Situation& situation) {
    Callout callout;
    callout.driver = arguments.text("driverName", 120);
    if (callout.driver.empty()) return ask_again("Could I have the driver's full name, please?");
    const auto reason = std::ranges::find(reasons, arguments.option("reason"), &Reason::name);
    if (reason == reasons.end()) {
        return ask_again(
            "What keeps the driver from working: sickness, an emergency, a vehicle issue, something "
            "personal, or "
            "something else?");
    }
    callout.reason = *reason;
    callout.route = arguments.text("routeNumber", 64);
    callout.expected_return = arguments.text("expectedReturn", 120);
    callout.notes = arguments.text("additionalNotes", 600);

    Outcome out;
    out.status = ActionStatus::completed;
    out.messages =
        alert(situation, dispatch_numbers(situation), "Driver callout", alert_text(callout, situation));
    out.line = answer(callout, !out.messages.empty());
    out.data = {{"driverName", callout.driver},     {"reason", callout.reason.name},
                {"routeNumber", callout.route},     {"expectedReturn", callout.expected_return},
                {"additionalNotes", callout.notes}, {"alerted", out.messages.size()}};
    return out;
}

}  // namespace callflex::ingress::functions
