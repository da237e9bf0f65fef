// bookAppointment: within the business hours, with a confirmation by SMS; outside of them the nearest open
// slot is offered instead.

#include <fmt/format.h>

#include "activities/spoken.hpp"
#include "api/ingress/functions/function.hpp"
#include "api/ingress/functions/wanted_time.hpp"

namespace callflex::ingress::functions {

namespace {

using durable::Timestamp;

constexpr std::chrono::minutes appointment_length{30};
/// Nobody books farther ahead by telephone: it is a misunderstanding.
constexpr std::chrono::days ahead_max{370};

struct Appointment {
    std::string name;
    std::string phone;
    Timestamp at;
    std::string service;
    std::string notes;
};

NotifyRequest confirmation(const Appointment& appointment, const Situation& situation) {
    NotifyRequest out;
    out.organization_id = situation.organization_id;
    out.key = situation.action_id + "-confirmation";
    out.channel = "sms";
    out.recipient = appointment.phone;
    out.call_id = situation.call_id;
    const std::string service = appointment.service.empty() ? "" : fmt::format(" ({})", appointment.service);
    out.text = fmt::format(
        "{}: your appointment{} is booked for {}. Please call us if you need to change it.",
        one_line(situation.business, 200), service, spoken_day_and_time(appointment.at, situation.zone));
    return out;
}

/// What to offer when it cannot be at that time; "" when it can.
std::string objection(Timestamp wanted, const Situation& situation) {
    if (wanted <= situation.now) {
        return "That time has already passed. Which day and time would you like instead?";
    }
    if (wanted > situation.now + ahead_max) {
        return "I can only book within the next twelve months. Which day and time would you like?";
    }
    const auto& hours = situation.settings.business_hours;
    if (!hours) return {};
    const auto slot = hours->nearest_slot(wanted, situation.now, appointment_length, situation.zone);
    if (slot == wanted) return {};
    if (!slot) return "I'm sorry, I can't find an open time. May I take a message instead?";
    return fmt::format(
        "I'm sorry, we're closed then. The nearest time I have is {}. Would that work for you?",
        spoken_moment(*slot, situation.now, situation.zone));
}

}  // namespace

Outcome book_appointment(const Arguments& arguments, const Situation& situation) {
    Appointment appointment;
    appointment.name = arguments.text("name", 120);
    if (appointment.name.empty()) return ask_again("What name may I put the appointment under?");
    appointment.phone = arguments.phone("phone");
    if (appointment.phone.empty()) return ask_again("Could I have the number again, with the area code?");
    const std::string said = arguments.text("time", 120);
    const auto wanted = read_wanted_time(said, situation.now, situation.zone);
    if (!wanted) return ask_again("Which day and what time would you like, for example Tuesday at 3 PM?");
    appointment.at = *wanted;
    appointment.service = arguments.text("service", 200);
    appointment.notes = arguments.text("notes", 600);

    Outcome out;
    out.data = {{"name", appointment.name},
                {"phone", appointment.phone},
                {"time", durable::to_string(appointment.at)},
                {"service", appointment.service},
                {"notes", appointment.notes}};
    out.line = objection(appointment.at, situation);
    if (!out.line.empty()) return out;
    out.status = ActionStatus::completed;
    out.line = fmt::format("You're all set, {}: {}. We're sending a text message to confirm it.",
                           appointment.name, spoken_moment(appointment.at, situation.now, situation.zone));
    out.messages.push_back(confirmation(appointment, situation));
    return out;
}

}  // namespace callflex::ingress::functions
