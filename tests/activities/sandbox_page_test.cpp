// The sandbox's page: strangers' texts stay texts, promises are red when they are broken, and what the page's switches
// ask for happens.

#include <doctest/doctest.h>

#include <chrono>

#include "activities/http/encoding.hpp"
#include "api/sandbox/html.hpp"
#include "api/sandbox/overview.hpp"
#include "tests/activities/vendor_bench.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using http::Header;
using nlohmann::json;
using test::await;

namespace {

http::Response ask(const test::VendorBench& bench, const std::string& method, const std::string& path,
                   const std::string& body = {}, std::vector<Header> headers = {}) {
    http::Request request;
    request.method = method;
    request.url = http::join(bench.sandbox.url(), path);
    request.body = body;
    request.headers = std::move(headers);
    request.timeout = 5s;
    return *await(bench.vendors->http->send(std::move(request))).response;
}

void send_mail(const test::VendorBench& bench, const std::string& subject, const std::string& text) {
    const json mail{
        {"from", "A <a@b.example>"}, {"to", {"c@d.example"}}, {"subject", subject}, {"text", text}};
    ask(bench, "POST", "/resend/emails", mail.dump(), {{"Authorization", "Bearer re_x"}});
}

bool has(std::string_view page, std::string_view text) {
    return page.find(text) != std::string_view::npos;
}

}  // namespace

TEST_CASE("text of strangers cannot become markup, and no character hides") {
    CHECK(sandbox::html("<svg onload=alert(1)>") == "&lt;svg onload=alert(1)&gt;");
    CHECK(sandbox::html("a\"b'c&d") == "a&quot;b&#39;c&amp;d");
    CHECK(sandbox::html(std::string_view{"\0\x1b[2J\x7f", 6}) == "\u2400\u241b[2J\u2421");
    CHECK(sandbox::html("two\nlines") == "two\nlines");
    CHECK(sandbox::html("caf\u00e9 \u20ac \U0001F600") == "caf\u00e9 \u20ac \U0001F600");
    CHECK(sandbox::html("\u202etxt.exe\u0085") == "\ufffdtxt.exe\ufffd");
    SUBCASE("bytes that are no UTF-8 are marked, and what follows them is still escaped") {
        CHECK(sandbox::html("\xff<") == "\ufffd&lt;");
        CHECK(sandbox::html("\xc3<b>") == "\ufffd&lt;b&gt;");
        CHECK(sandbox::html("\xc0\xbc") == "\ufffd\ufffd");
        CHECK(sandbox::html("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");
        CHECK(sandbox::html("end\xe2\x82") == "end\ufffd\ufffd");
    }
}

TEST_CASE("a shortened text ends between characters") {
    CHECK(sandbox::shortened("short", 5) == "short");
    CHECK(sandbox::shortened("a\u20acb", 3) == "a…");
    CHECK(sandbox::shortened("a\u20acb", 4) == "a\u20ac…");
}

TEST_CASE("the page shows what was sent, the newest first, escaped") {
    const test::VendorBench bench;
    send_mail(bench, "first", "plain");
    send_mail(bench, "<svg onload=alert(1)>", "\x1b]0;owned\x07 </td><script src=/vapi/x>");
    const std::string page = ask(bench, "GET", "/sandbox").body;
    CHECK_FALSE(has(page, "<svg"));
    CHECK_FALSE(has(page, "<script src=/vapi"));
    CHECK_FALSE(has(page, "\x1b"));
    CHECK(has(page, "&lt;svg onload=alert(1)&gt;"));
    CHECK(page.find("&lt;svg") < page.find("<b>first</b>"));
}

TEST_CASE("the page lets nothing in from elsewhere, and needs nothing") {
    const test::VendorBench bench;
    for (const char* path : {"/sandbox", "/sandbox/script.js", "/sandbox/style.css"}) {
        CAPTURE(path);
        const auto answer = ask(bench, "GET", path);
        CHECK(answer.status == 200);
        CHECK(has(answer.header("content-security-policy"), "default-src 'none'; script-src 'self'"));
        CHECK(answer.header("x-content-type-options") == "nosniff");
        CHECK_FALSE(has(answer.body, "https://"));
        CHECK_FALSE(has(answer.body, "innerHTML"));
    }
    const std::string page = ask(bench, "GET", "/sandbox").body;
    CHECK_FALSE(has(page, " onclick"));
    CHECK_FALSE(has(page, "style="));
}

TEST_CASE("a browser gets the page at /, other clients the list of what there is") {
    const test::VendorBench bench;
    CHECK(has(ask(bench, "GET", "/", {}, {{"Accept", "text/html,*/*"}}).body, "<!doctype html>"));
    CHECK(has(ask(bench, "GET", "/").body, "POST /sandbox/faults"));
}

TEST_CASE("a promise is green while it holds and red when it is broken") {
    const test::VendorBench bench;
    CHECK_FALSE(has(ask(bench, "GET", "/sandbox").body, "class=broken"));
    const std::vector<Header> headers{{"Authorization", http::basic_authorization("AC1", "token")},
                                      {"Content-Type", "application/x-www-form-urlencoded"}};
    const std::string form = http::form_encode({{"To", "+15550100400"},
                                                {"From", "+15550100200"},
                                                {"Body", "x"},
                                                {"StatusCallback", "http://127.0.0.1:9/sms?op=run-1"}});
    const std::string path = "/twilio/2010-04-01/Accounts/AC1/Messages.json";
    ask(bench, "POST", path, form, headers);
    CHECK_FALSE(has(ask(bench, "GET", "/sandbox").body, "class=broken"));
    ask(bench, "POST", path, form, headers);
    const std::string page = ask(bench, "GET", "/sandbox").body;
    CHECK(has(page, "<tr class=broken><td>twilio</td><td>no message is sent twice"));
    CHECK(has(page, "2 times under run-1"));
}

TEST_CASE("one mail to two people is no repeat of its key") {
    sandbox::Ledger ledger;
    const auto add = [&ledger](const char* id, const char* to) {
        sandbox::Sent sent;
        sent.vendor = "resend";
        sent.kind = "email";
        sent.id = id;
        sent.key = "k";
        sent.to = to;
        ledger.add(sent);
    };
    add("1", "a@b.example");
    add("1", "c@d.example");
    CHECK(ledger.repeats("resend", "email").empty());
    add("2", "a@b.example");
    CHECK(ledger.repeats("resend", "email").size() == 1);
}

TEST_CASE("every switch of the page is a fault that the sandbox takes, shows in force, and ends") {
    const test::VendorBench bench;
    const std::string page = ask(bench, "GET", "/sandbox").body;
    int switches = 0;
    const std::string mark = "data-fault=\"";
    for (auto at = page.find(mark); at != std::string::npos; at = page.find(mark, at + 1)) {
        std::string fault =
            page.substr(at + mark.size(), page.find('"', at + mark.size()) - at - mark.size());
        for (auto quote = fault.find("&quot;"); quote != std::string::npos; quote = fault.find("&quot;"))
            fault.replace(quote, 6, "\"");
        CAPTURE(fault);
        CHECK(ask(bench, "POST", "/sandbox/faults", fault).status == 201);
        ++switches;
    }
    int vendors = 0;
    for (auto at = page.find("<section id="); at != std::string::npos; at = page.find("<section id=", at + 1))
        ++vendors;
    CHECK(vendors >= 6);
    CHECK(switches == 4 * vendors);
    CHECK(has(ask(bench, "GET", "/sandbox").body, "data-clear=\"stripe\""));
    CHECK(has(ask(bench, "GET", "/sandbox").body, "delay 2000 ms (hit 0)"));
    CHECK(ask(bench, "DELETE", "/sandbox/faults?vendor=").status == 200);
    CHECK_FALSE(has(ask(bench, "GET", "/sandbox").body, "data-clear=\"stripe\""));
}

TEST_CASE("a customer's endpoint verifies with the secret that the sandbox was started with") {
    sandbox::SandboxOptions options{.port = 0};
    options.customer_secrets["northside"] = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
    const sandbox::Sandbox house{options};
    const test::VendorBench bench;
    http::Request request;
    request.method = "POST";
    request.url = http::join(house.url(), "/customers/northside");
    request.body = R"({"type":"call.completed"})";
    request.headers = {{"webhook-id", "msg_1"}, {"webhook-timestamp", "1"}, {"webhook-signature", "v1,AAAA"}};
    request.timeout = 5s;
    CHECK(await(bench.vendors->http->send(request)).response->status == 401);
    request.url = http::join(house.url(), "/sandbox");
    request.method = "GET";
    request.body.clear();
    const std::string page = await(bench.vendors->http->send(request)).response->body;
    CHECK(has(page, "<tr class=broken><td>customers</td>"));
    CHECK(has(page, "northside: msg_1 (the timestamp is out of tolerance)"));
}
