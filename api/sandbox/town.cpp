#include "api/sandbox/town.hpp"

#include "api/sandbox/customers.hpp"
#include "api/sandbox/openai.hpp"
#include "api/sandbox/page.hpp"
#include "api/sandbox/resend.hpp"
#include "api/sandbox/s3.hpp"
#include "api/sandbox/stripe.hpp"
#include "api/sandbox/supabase.hpp"
#include "api/sandbox/twilio.hpp"
#include "api/sandbox/vapi.hpp"

namespace callflex::sandbox {
namespace {

using nlohmann::json;

constexpr std::size_t rows_shown_max = 50;

Reply problem(int status, const std::string& detail) {
    Reply reply = json_reply(status, {{"title", "Sandbox"}, {"status", status}, {"detail", detail}});
    reply.content_type = "application/problem+json";
    return reply;
}

Reply welcome() {
    Reply reply;
    reply.content_type = "text/plain; charset=utf-8";
    reply.body =
        "CallFlex sandbox: the vendors' stand-in.\n\n"
        "Base URLs: /twilio /resend /openai /vapi /stripe /supabase /s3, and /customers/<any name> for "
        "webhooks\n"
        "GET  /sandbox                 the page: what was sent, what exists, which promises hold, switches\n"
        "GET  /sandbox/sent?vendor=&to=&key=&limit=\n"
        "GET  /sandbox/counters\n"
        "GET  /sandbox/invariants\n"
        "GET  /sandbox/faults    POST /sandbox/faults    DELETE /sandbox/faults?vendor=\n"
        "POST /sandbox/forget          vendors' idempotency keys, as a day later\n"
        "POST /sandbox/reset\n";
    return reply;
}

}  // namespace

Town::Town(const SandboxOptions& options, const PostLetter& post) {
    vendors_["customers"] = std::make_unique<Customers>(options.customer_secrets);
    vendors_["twilio"] = std::make_unique<Twilio>(ledger_, phone_book_, post);
    vendors_["resend"] = std::make_unique<Resend>(ledger_);
    vendors_["openai"] = std::make_unique<OpenAi>(ledger_);
    vendors_["stripe"] = std::make_unique<Stripe>(
        ledger_, Stripe::Webhook{options.stripe_webhook_url, options.stripe_webhook_secret}, post);
    vendors_["supabase"] = std::make_unique<Supabase>(ledger_);
    vendors_["s3"] = std::make_unique<S3>(ledger_);
    vendors_["vapi"] = std::make_unique<Vapi>(ledger_, phone_book_);
}

Reply Town::handle(const Ask& ask) {
    const bool for_browser = ask.header("accept").find("text/html") != std::string::npos;
    if (ask.path == "/") return for_browser ? page() : welcome();
    const auto slash = ask.path.find('/', 1);
    const std::string first = ask.path.substr(1, slash == std::string::npos ? slash : slash - 1);
    if (first == "sandbox") return control(ask);
    const auto vendor = vendors_.find(first);
    if (vendor == vendors_.end()) return problem(404, "no vendor of that name here");
    Ask inner = ask;
    inner.path = slash == std::string::npos ? "/" : ask.path.substr(slash);
    return ask_vendor(*vendor->second, inner);
}

Reply Town::ask_vendor(Vendor& vendor, const Ask& ask) {
    Counters& count = counters_[std::string{vendor.name()}];
    ++count.requests;
    const Fault* fault = faults_.draw(vendor.name(), ask);
    if (fault == nullptr) return served(vendor, ask);
    ++count.faults;
    return with_fault(vendor, ask, *fault);
}

Reply Town::served(Vendor& vendor, const Ask& ask) {
    Reply reply = vendor.handle(ask);
    Counters& count = counters_[std::string{vendor.name()}];
    ++(reply.status < 400 ? count.done : count.refused);
    return reply;
}

Reply Town::with_fault(Vendor& vendor, const Ask& ask, const Fault& fault) {
    Reply reply;
    switch (fault.mode) {
        case FaultMode::error:
            return vendor.fail(ask, fault.status);
        case FaultMode::timeout:
            reply.manner = Reply::Manner::silence;
            return reply;
        case FaultMode::rate_limit:
            reply = vendor.failure(429);
            reply.headers["Retry-After"] = std::to_string(fault.retry_after);
            return reply;
        case FaultMode::lost_answer:
            reply = served(vendor, ask);
            reply.manner = Reply::Manner::hang_up;
            return reply;
        case FaultMode::failed_after:
            static_cast<void>(served(vendor, ask));
            return vendor.fail(ask, fault.status);
        case FaultMode::delay:
            reply = served(vendor, ask);
            reply.delay = fault.delay;
            return reply;
        case FaultMode::duplicate:
            static_cast<void>(served(vendor, ask));
            return served(vendor, ask);
    }
    return reply;
}

Reply Town::control(const Ask& ask) {
    if (ask.path == "/sandbox/sent" && ask.method == "GET") return json_reply(200, ledger_.report(ask.query));
    if (ask.path == "/sandbox/counters" && ask.method == "GET") return json_reply(200, counters());
    if (ask.path == "/sandbox/invariants" && ask.method == "GET") return json_reply(200, invariants());
    if (ask.path == "/sandbox/faults") return control_faults(ask);
    if (ask.path == "/sandbox/forget" && ask.method == "POST") {
        for (const auto& [name, vendor] : vendors_) vendor->forget_keys();
        return json_reply(200, {{"forgotten", true}});
    }
    if (ask.path == "/sandbox/reset" && ask.method == "POST") {
        reset();
        return json_reply(200, {{"reset", true}});
    }
    if (ask.path == "/sandbox" && ask.method == "GET") return page();
    if (auto file = page_file(ask.path); file && ask.method == "GET") return *std::move(file);
    return problem(404, "GET / lists what there is");
}

Reply Town::control_faults(const Ask& ask) {
    if (ask.method == "DELETE") {
        faults_.remove(ask.parameter("vendor"));
        return json_reply(200, faults_.report());
    }
    if (ask.method == "GET") return json_reply(200, faults_.report());
    if (ask.method != "POST") return problem(405, "expected GET, POST or DELETE");
    auto fault = read_fault(parse_json(ask.body));
    if (const std::string* wrong = std::get_if<std::string>(&fault)) return problem(400, *wrong);
    faults_.add(std::get<Fault>(std::move(fault)));
    return json_reply(201, faults_.report());
}

json Town::counters() const {
    json all = json::object();
    for (const auto& [name, count] : counters_) {
        all[name] = {{"requests", count.requests},
                     {"done", count.done},
                     {"refused", count.refused},
                     {"faults", count.faults}};
    }
    return all;
}

json Town::invariants() const {
    json facts = json::object();
    json violations = json::array();
    for (const auto& [name, vendor] : vendors_) {
        if (json known = vendor->facts(); !known.empty()) facts[name] = std::move(known);
        for (const std::string& line : vendor->violations()) violations.push_back(name + ": " + line);
    }
    return {{"facts", std::move(facts)}, {"violations", std::move(violations)}};
}

Reply Town::page() const {
    Overview overview{{}, faults_.all()};
    for (const auto& [name, vendor] : vendors_) {
        const auto counted = counters_.find(name);
        overview.vendors.push_back({name, counted == counters_.end() ? Counters{} : counted->second,
                                    vendor->promises(), vendor->things(),
                                    vendor->sent(ledger_, rows_shown_max)});
    }
    return page_reply(render(overview));
}

void Town::reset() {
    ledger_.clear();
    faults_.remove("");
    counters_.clear();
    for (const auto& [name, vendor] : vendors_) vendor->reset();
}

}  // namespace callflex::sandbox
