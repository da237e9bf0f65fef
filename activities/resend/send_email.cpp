#include "activities/resend/send_email.hpp"

#include <algorithm>

#include "activities/resend/emails.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex::resend {
namespace {

constexpr std::chrono::seconds request_timeout{30};
constexpr std::size_t address_bytes_max = 254;

[[noreturn]] void refuse(const char* type, std::string message) {
    throw durable::ApplicationError(type, std::move(message), {.retryable = false});
}

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// Only what would address somebody else, or another header: whether the address exists is the vendor's to
/// say.
void check(const ResendConfig& config, const EmailRequest& mail) {
    if (!config.configured()) refuse("Resend.not_configured", "set RESEND_API_KEY");
    const auto at = mail.to.find('@');
    const bool one_address = at != std::string::npos && at > 0 && at + 1 < mail.to.size() &&
                             mail.to.find('@', at + 1) == std::string::npos &&
                             mail.to.size() <= address_bytes_max &&
                             mail.to.find_first_of(",; <>") == std::string::npos;
    if (!one_address || has_control_character(mail.to))
        refuse("InvalidEmail", "the recipient is not one plain address");
    if (mail.subject.empty() || has_control_character(mail.subject))
        refuse("InvalidEmail", "the subject is empty or not one line");
    if (mail.text.empty()) refuse("InvalidEmail", "the text is empty");
}

}  // namespace

boost::asio::awaitable<EmailReceipt> send(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                          EmailRequest mail) {
    check(vendors->config.resend, mail);
    http::Request request = sending_request(vendors->config.resend, mail, context.info().idempotency_key);
    request.timeout = time_left(context, request_timeout);
    const http::Result result = co_await vendors->http->send(std::move(request), context.stop_token());
    const auto answer = read_answer(result);
    if (const auto* receipt = std::get_if<EmailReceipt>(&answer)) co_return *receipt;
    throw_vendor_failure(std::get<VendorFailure>(answer));
}

}  // namespace callflex::resend
