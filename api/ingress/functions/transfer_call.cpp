// transferCall: connect the caller with dispatch, the manager or the emergency number.

#include <fmt/format.h>

#include "api/ingress/functions/function.hpp"

namespace callflex::ingress::functions {

namespace {

std::string_view spoken(TransferTarget target) {
    switch (target) {
        case TransferTarget::dispatch:
            return "dispatch";
        case TransferTarget::manager:
            return "the manager";
        case TransferTarget::emergency:
            return "our emergency line";
    }
    return "somebody";
}

Outcome unavailable(nlohmann::json data, TransferTarget target) {
    Outcome out;
    out.error = true;
    out.data = std::move(data);
    out.line = fmt::format(
        "I'm sorry, I can't connect you to {} right now. May I take a message, so that somebody gets back to "
        "you?",
        spoken(target));
    return out;
}

}  // namespace

Outcome transfer_call(const Arguments& arguments, const Situation& situation) {
    const auto target = transfer_target(arguments.option("destination"));
    if (!target) return ask_again("Who may I connect you to: dispatch, the manager, or our emergency line?");
    const std::string reason = arguments.text("reason", 300);
    const bool warm = arguments.flag("warm");
    const auto& numbers = situation.settings.numbers(*target);
    nlohmann::json data{{"destination", name(*target)}, {"reason", reason}, {"warm", warm}};
    if (numbers.empty()) {
        data["problem"] = "no number is configured";
        return unavailable(std::move(data), *target);
    }
    if (situation.control_url.empty()) {
        data["problem"] = "the call has no control URL that may be used";
        return unavailable(std::move(data), *target);
    }
    data["number"] = numbers.front();

    LiveTransfer transfer;
    transfer.organization_id = situation.organization_id;
    transfer.action_id = situation.action_id;
    transfer.control_url = situation.control_url;
    transfer.number = numbers.front();
    transfer.message = fmt::format("Connecting you to {} now.", spoken(*target));
    transfer.warm = warm;
    if (warm && !reason.empty()) transfer.summary = fmt::format("A caller for you: {}", reason);

    Outcome out;
    out.status = ActionStatus::pending;
    out.line = "Of course, one moment please.";
    out.data = std::move(data);
    out.transfer = std::move(transfer);
    return out;
}

}  // namespace callflex::ingress::functions
