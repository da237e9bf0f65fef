// Mail: one recipient, one key, the same bytes every time.

#include <doctest/doctest.h>

#include "activities/resend/emails.hpp"
#include "activities/resend/send_email.hpp"
#include "tests/activities/vendor_bench.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using http::Outcome;
using test::await;
using test::FakeContext;

namespace {

const EmailRequest report{"owner@acme.example", "New call", "Pat called.\n", "call-processed"};

VendorFailure failure_read(int status, const std::string& name) {
    const nlohmann::json body{
        {"statusCode", status}, {"name", name}, {"message", "to owner@acme.example failed"}};
    return std::get<VendorFailure>(resend::read_answer(test::answered(status, body.dump(), true)));
}

}  // namespace

TEST_CASE("a mail goes to one recipient, under a key of event, activity and recipient") {
    test::VendorBench bench;
    FakeContext context{"send_email"};
    const EmailReceipt receipt = await(resend::send(bench.vendors, context, report));
    const auto sent = bench.sent("resend");
    REQUIRE(sent["count"] == 1);
    CHECK(sent["sent"][0]["id"] == receipt.message_id);
    CHECK(sent["sent"][0]["to"] == report.to);
    CHECK(sent["sent"][0]["subject"] == report.subject);
    const std::string key = sent["sent"][0]["key"];
    CHECK(key.starts_with("call-processed/00000000-0000-7000-8000-000000000001-5/"));
    CHECK(key.find("acme") == std::string::npos);
    CHECK(key.size() <= 256);
}

TEST_CASE("a mail whose answer was lost is asked for again and exists once") {
    test::VendorBench bench;
    FakeContext context{"send_email"};
    bench.fault(R"({"vendor":"resend","mode":"lost_answer","times":1})");
    CHECK(test::failure_of(resend::send(bench.vendors, context, report)).retryable);
    const EmailReceipt receipt = await(resend::send(bench.vendors, context, report));
    const auto sent = bench.sent("resend");
    CHECK(sent["count"] == 1);
    CHECK(sent["repeated_keys"].empty());
    CHECK(sent["sent"][0]["id"] == receipt.message_id);
}

TEST_CASE("every answer of Resend has its class") {
    for (const char* name : {"invalid_idempotency_key", "validation_error"})
        CHECK(failure_read(400, name).outcome == Outcome::permanent);
    for (const char* name : {"missing_api_key", "restricted_api_key"})
        CHECK(failure_read(401, name).outcome == Outcome::permanent);
    for (const char* name : {"invalid_api_key", "suspended_api_key", "validation_error"})
        CHECK(failure_read(403, name).outcome == Outcome::permanent);
    for (const char* name : {"invalid_from_address", "missing_required_field", "invalid_parameter"})
        CHECK(failure_read(422, name).outcome == Outcome::permanent);
    CHECK(failure_read(404, "not_found").outcome == Outcome::permanent);
    CHECK(failure_read(409, "invalid_idempotent_request").outcome == Outcome::permanent);
    CHECK(failure_read(409, "concurrent_idempotent_requests").outcome == Outcome::retryable);
    CHECK(failure_read(409, "concurrent_idempotent_requests").retry_after == 1s);
    CHECK(failure_read(409, "resource_locked").outcome == Outcome::retryable);
    CHECK(failure_read(429, "rate_limit_exceeded").outcome == Outcome::retryable);
    CHECK(failure_read(429, "daily_quota_exceeded").retry_after == 1h);
    CHECK(failure_read(451, "security_error").outcome == Outcome::permanent);
    for (const char* name : {"application_error", "internal_server_error"})
        CHECK(failure_read(500, name).outcome == Outcome::retryable);
    CHECK(failure_read(500, "application_error").message == "to <address> failed");
    const auto sample = resend::read_answer(test::answered(409, test::payload("resend.error.json"), true));
    CHECK(std::get<VendorFailure>(sample).type == "Resend.invalid_idempotent_request");
    const auto blocked = resend::read_answer(test::answered(403, "error code: 1010", true));
    CHECK(std::get<VendorFailure>(blocked).type == "Resend.http_403");
}

TEST_CASE("a key belongs to one text: another one under it is refused and not repeated") {
    test::VendorBench bench;
    FakeContext context{"send_email"};
    static_cast<void>(await(resend::send(bench.vendors, context, report)));
    EmailRequest other = report;
    other.text = "something else";
    const auto failure = test::failure_of(resend::send(bench.vendors, context, other));
    CHECK(failure.type == "Resend.invalid_idempotent_request");
    CHECK_FALSE(failure.retryable);
}

TEST_CASE("what would reach somebody else, or write a header, is refused before Resend is asked") {
    test::VendorBench bench;
    FakeContext context{"send_email"};
    for (const char* to : {"", "owner", "a@b.example,c@d.example", "A <a@b.example>", "a@b@c",
                           "a@b.example\r\nBcc: x@y.example"}) {
        EmailRequest mail = report;
        mail.to = to;
        CHECK_FALSE(test::failure_of(resend::send(bench.vendors, context, mail)).retryable);
    }
    EmailRequest mail = report;
    mail.subject = "New\r\nBcc: x@y.example";
    CHECK_FALSE(test::failure_of(resend::send(bench.vendors, context, mail)).retryable);
    CHECK(bench.sent("resend")["count"] == 0);
}
