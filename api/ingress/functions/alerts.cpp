#include "api/ingress/functions/alerts.hpp"

#include <fmt/format.h>

#include "activities/spoken.hpp"

namespace callflex::ingress::functions {

namespace {

/// An SMS has at most 1,600 characters, and the sender adds a reference.
constexpr std::size_t sms_bytes_max = 1'400;

NotifyRequest message(const Situation& situation, const std::string& channel, std::size_t number,
                      const std::string& recipient) {
    NotifyRequest out;
    out.organization_id = situation.organization_id;
    // Not the recipient: the key becomes part of a workflow's id, which is shown and logged.
    out.key = fmt::format("{}-{}-{}", situation.action_id, channel, number);
    out.channel = channel;
    out.recipient = recipient;
    out.call_id = situation.call_id;
    return out;
}

}  // namespace

std::vector<NotifyRequest> alert(const Situation& situation, const std::vector<std::string>& numbers,
                                 const std::string& subject, const std::string& text) {
    std::vector<NotifyRequest> out;
    for (const std::string& number : numbers) {
        NotifyRequest sms = message(situation, "sms", out.size() + 1, number);
        sms.text = one_line(text, sms_bytes_max);
        out.push_back(std::move(sms));
    }
    if (!out.empty()) return out;
    for (const std::string& address : situation.settings.notify_email) {
        NotifyRequest email = message(situation, "email", out.size() + 1, address);
        email.subject = one_line(subject, 200);
        email.text = text;
        out.push_back(std::move(email));
    }
    return out;
}

std::vector<std::string> dispatch_numbers(const Situation& situation) {
    const auto& own = situation.settings.numbers(TransferTarget::dispatch);
    return own.empty() ? owner_numbers(situation) : own;
}

std::vector<std::string> owner_numbers(const Situation& situation) {
    const auto& told = situation.settings.notify_sms;
    return told.empty() ? situation.settings.numbers(TransferTarget::manager) : told;
}

}  // namespace callflex::ingress::functions
