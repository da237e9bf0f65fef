// takeMessage: a message for somebody of the business; urgent ones are passed on at once.

#include <fmt/format.h>

#include "activities/spoken.hpp"
#include "api/ingress/functions/alerts.hpp"

namespace callflex::ingress::functions {

namespace {

struct Message {
    std::string text;
    std::string caller_name;
    std::string caller_phone;
    std::string message_for;
    bool urgent = false;
};

std::string alert_text(const Message& message) {
    std::string text = "Urgent message";
    if (!message.message_for.empty()) text += fmt::format(" for {}", message.message_for);
    if (!message.caller_name.empty()) text += fmt::format(" from {}", message.caller_name);
    if (!message.caller_phone.empty()) text += fmt::format(" ({})", message.caller_phone);
    return text + ": " + message.text;
}

std::string answer(const Message& message, bool alerted) {
    const std::string who = message.message_for.empty() ? "the team" : message.message_for;
    if (alerted) return fmt::format("I've got it, and I'm passing it on to {} as urgent right now.", who);
    return fmt::format("I've got your message for {}. Somebody will get back to you soon.", who);
}

}  // namespace

Outcome take_message(const Arguments& arguments, const Situation& situation) {
    Message message;
    message.text = arguments.text("message", 2'000);
    if (message.text.empty()) return ask_again("What would you like me to pass on?");
    message.caller_name = arguments.text("callerName", 120);
    message.message_for = arguments.text("messageFor", 120);
    message.urgent = arguments.flag("urgent");
    const std::string said = arguments.text("callerPhone", 64);
    message.caller_phone = arguments.phone("callerPhone");
    if (!said.empty() && message.caller_phone.empty()) {
        return ask_again("Could I have the number again, with the area code?");
    }
    if (message.caller_phone.empty()) message.caller_phone = situation.caller_number;

    Outcome out;
    out.status = ActionStatus::completed;
    if (message.urgent) {
        out.messages = alert(situation, owner_numbers(situation), "Urgent message", alert_text(message));
    }
    out.line = answer(message, !out.messages.empty());
    out.data = {{"message", message.text},
                {"callerName", message.caller_name},
                {"callerPhone", message.caller_phone},
                {"messageFor", message.message_for},
                {"urgent", message.urgent},
                {"alerted", out.messages.size()}};
    return out;
}

}  // namespace callflex::ingress::functions
