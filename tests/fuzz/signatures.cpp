// Signatures of webhooks, of every sender. Input: lines of header fields, an empty line, a body. Whatever the fields
// say, nobody without the secret is believed; what we sign ourselves is, and not any more once a byte has changed.
// (Resend and customers' tools sign as Standard Webhooks says.)

#include <array>

#include "api/http/json_guard.hpp"
#include "api/ingress/form.hpp"
#include "api/ingress/signature.hpp"
#include "api/ingress/stripe_signature.hpp"
#include "api/ingress/twilio_signature.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace callflex::ingress;
using callflex::http::RequestHead;

constexpr std::chrono::seconds tolerance{300};
constexpr std::chrono::seconds signed_at{1'795'256'190};
constexpr std::chrono::system_clock::time_point now{signed_at};
// No seed knows them, and no field that a fuzzer writes can be made with them.
const std::array<std::string, 2> secrets{"rl8Wn2Rz0cZ4vQ1yXk7aTg", "whsec_c2VjcmV0LW9mLXRoZS1mdXp6ZXItMjQ="};

RequestHead read_fields(std::string_view& rest) {
    RequestHead head;
    while (!rest.empty()) {
        const std::string_view line = fuzz::take_line(rest);
        if (line.empty()) break;
        const auto colon = line.find(": ");
        if (colon == std::string_view::npos) continue;
        head.fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    return head;
}

void check_strangers(const RequestHead& head, std::string_view body) {
    fuzz::expect(verify(head, body, secrets, now, {}) != Verdict::accepted, "no stranger is believed");
    for (const auto& [name, value] : head.fields) {
        fuzz::expect(verify_stripe(value, body, secrets, now, tolerance) != Verdict::accepted,
                     "no stranger is believed to be Stripe");
        const auto form = read_form(body).value_or(Form{});
        fuzz::expect(!is_from_twilio(value, "https://api.example/hook", form, secrets),
                     "no stranger is believed to be Twilio");
    }
}

/// One byte of `text`, chosen by the input, made another one.
std::string changed(std::string text, std::size_t chosen) {
    if (text.empty()) return "x";
    char& byte = text[chosen % text.size()];
    byte = static_cast<char>(byte ^ (1 << (chosen % 7)));
    return text;
}

void check_standard(std::string body, std::size_t chosen) {
    const std::string key = "secret-of-the-fuzzer-24";
    const std::string time = std::to_string(signed_at.count());
    const std::string mac = to_base64(hmac_sha256(key, "id." + time + "." + body));
    RequestHead head;
    head.fields = {{"webhook-id", "id"}, {"webhook-timestamp", time}, {"webhook-signature", "v1," + mac}};
    fuzz::expect(verify(head, body, secrets, now, {}) == Verdict::accepted, "the owner is believed");
    fuzz::expect(verify(head, changed(body, chosen), secrets, now, {}) != Verdict::accepted,
                 "a changed body is not believed");
    for (std::size_t i = 0; i < head.fields.size(); ++i) {
        RequestHead other = head;
        other.fields[i].second = changed(other.fields[i].second, chosen);
        fuzz::expect(verify(other, body, secrets, now, {}) != Verdict::accepted,
                     "a changed field is not believed");
    }
}

void check_stripe(const std::string& body, std::size_t chosen) {
    const std::string header = stripe_signature(body, secrets[0], signed_at);
    fuzz::expect(verify_stripe(header, body, secrets, now, tolerance) == Verdict::accepted,
                 "Stripe is believed");
    fuzz::expect(
        verify_stripe(header, changed(body, chosen), secrets, now, tolerance) != Verdict::accepted &&
            verify_stripe(changed(header, chosen), body, secrets, now, tolerance) != Verdict::accepted,
        "a changed event of Stripe is not believed");
}

void check_twilio(const std::string& body, std::size_t chosen) {
    const auto form = read_form(body);
    if (!form) return;
    fuzz::expect(callflex::http::is_utf8(twilio_signed_text("", *form)), "forms hold text");
    const std::string url = "https://api.example/hook?op=1";
    const std::string mac = to_base64(hmac_sha1(secrets[0], twilio_signed_text(url, *form)));
    fuzz::expect(is_from_twilio(mac, url, *form, secrets), "Twilio is believed");
    Form more = *form;
    more.emplace_back("Extra", std::string{"1"});
    const bool same_text = twilio_signed_text(url, more) == twilio_signed_text(url, *form);
    fuzz::expect(same_text || !is_from_twilio(mac, url, more, secrets), "a form with more is not believed");
    fuzz::expect(!is_from_twilio(changed(mac, chosen), url, *form, secrets),
                 "a changed signature of Twilio is not believed");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = fuzz::text(data, size);
    const RequestHead head = read_fields(rest);
    const std::string body{rest};
    check_strangers(head, body);
    check_standard(body, size);
    check_stripe(body, size);
    check_twilio(body, size);
    return 0;
}
