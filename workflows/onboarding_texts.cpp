#include "workflows/onboarding_texts.hpp"

namespace callflex {
namespace {

/// +14155550100 -> (415) 555-0100; other numbers as they are.
std::string readable(const std::string& number) {
    if (number.size() != 12 || !number.starts_with("+1")) return number;
    return "(" + number.substr(2, 3) + ") " + number.substr(5, 3) + "-" + number.substr(8);
}

/// One line: a subject must not end early because of a name.
std::string one_line_of(std::string text) {
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return text;
}

}  // namespace

EmailRequest welcome_mail(const std::string& to, const std::string& business, const std::string& number) {
    return {
        .to = to,
        .subject = "Your receptionist is ready, " + one_line_of(business),
        .text =
            "Hello,\n\n"
            "the AI receptionist of " +
            business + " answers at " + readable(number) +
            " from now on.\n\n"
            "Call it once and listen: ask for something your customers ask for, leave a message, and see the "
            "summary arrive.\n\n"
            "CallFlex\n",
        .event = "onboarding-welcome"};
}

EmailRequest test_call_reminder(const std::string& to, const std::string& business,
                                const std::string& number) {
    return {.to = to,
            .subject = "Nobody has called your receptionist yet, " + one_line_of(business),
            .text =
                "Hello,\n\n"
                "your AI receptionist has been ready for three days, and nobody has called it yet. A test "
                "call to " +
                readable(number) +
                " takes a minute and shows what your callers will hear.\n\n"
                "CallFlex\n",
            .event = "onboarding-reminder"};
}

EmailRequest undone_mail(const std::string& to, const std::string& business) {
    return {.to = to,
            .subject = "Your receptionist could not be set up, " + one_line_of(business),
            .text =
                "Hello,\n\n"
                "setting up the AI receptionist of " +
                business +
                " was stopped before it was complete. What had been prepared (assistant and number) has been "
                "given back, and nothing will be charged for it. You can start again at any time.\n\n"
                "CallFlex\n",
            .event = "onboarding-undone"};
}

}  // namespace callflex
