#pragma once
// What an activity sees when a test runs it, and a sandbox for it to talk to.

#include <boost/asio/system_executor.hpp>
#include <nlohmann/json.hpp>

#include "activities/vendors.hpp"
#include "api/sandbox/sandbox.hpp"
#include "engine/worker/activities.hpp"
#include "tests/activities/awaiting.hpp"

namespace test {

/// Heartbeats become the details that the next attempt finds, as the worker hands them on.
class FakeContext : public durable::ActivityContext {
  public:
    explicit FakeContext(std::string type, std::string key = "00000000-0000-7000-8000-000000000001/5") {
        using namespace std::chrono;
        facts.type = std::move(type);
        facts.idempotency_key = std::move(key);
        facts.scheduled_at = floor<microseconds>(system_clock::now());
        facts.started_at = facts.scheduled_at;
    }

    [[nodiscard]] const durable::ActivityInfo& info() const override { return facts; }
    [[nodiscard]] std::stop_token stop_token() const override { return stop.get_token(); }
    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const override { return ends_at; }
    void heartbeat(durable::Payload given) override { details = std::move(given); }
    [[nodiscard]] const durable::Payload& heartbeat_details() const override { return details; }
    [[nodiscard]] boost::asio::any_io_executor executor() const override {
        return boost::asio::system_executor{};
    }
    [[nodiscard]] std::string completion_token() const override { throw std::logic_error("not external"); }
    [[noreturn]] void complete_later() override { throw std::logic_error("not external"); }

    /// The next attempt, or question of the hook, this much later.
    void later(durable::Duration step) { facts.started_at += step; }

    durable::ActivityInfo facts;
    durable::Payload details;
    std::stop_source stop;
    std::chrono::steady_clock::time_point ends_at =
        std::chrono::steady_clock::now() + std::chrono::seconds{20};
};

/// A sandbox and vendors that talk to it.
class VendorBench {
  public:
    VendorBench() : vendors(std::make_shared<callflex::Vendors>(configuration(sandbox.url()))) {}

    static callflex::VendorConfig configuration(const std::string& sandbox_url) {
        callflex::VendorConfig config;
        config.openai.api_key = callflex::Secret{"sk-test"};
        config.openai.base_url = sandbox_url + "/openai";
        config.twilio.account_sid = "AC00000000000000000000000000000001";
        config.twilio.auth_token = callflex::Secret{"token"};
        config.twilio.sms_from = "+15550100200";
        config.twilio.base_url = sandbox_url + "/twilio";
        config.resend.api_key = callflex::Secret{"re_test"};
        config.resend.base_url = sandbox_url + "/resend";
        config.vapi.api_key = callflex::Secret{"vapi-key"};
        config.vapi.base_url = sandbox_url + "/vapi";
        config.stripe.secret_key = callflex::Secret{"sk_test_bench"};
        config.stripe.base_url = sandbox_url + "/stripe";
        config.stripe.meter_id = "mtr_sandbox";
        config.api_url = "https://api.callflex.example";
        return config;
    }

    /// What the sandbox answers to a control request.
    nlohmann::json control(const std::string& method, const std::string& path, const std::string& body = {}) {
        callflex::http::Request request;
        request.method = method;
        request.url = callflex::http::join(sandbox.url(), path);
        request.body = body;
        const auto result = await(vendors->http->send(std::move(request)));
        return nlohmann::json::parse(result.response->body);
    }
    nlohmann::json sent(const std::string& vendor) {
        return control("GET", "/sandbox/sent?vendor=" + vendor);
    }
    void fault(const std::string& json) {
        const auto answer = control("POST", "/sandbox/faults", json);
        if (!answer.contains("faults")) throw std::invalid_argument(answer.dump());
    }
    void heal() { control("DELETE", "/sandbox/faults"); }

    callflex::sandbox::Sandbox sandbox;
    std::shared_ptr<callflex::Vendors> vendors;
};

/// The failure that an awaitable ends with; fails the test when it succeeds.
template <class T>
durable::Failure failure_of(boost::asio::awaitable<T> coroutine) {
    try {
        await(std::move(coroutine));
    } catch (const durable::ApplicationError& error) {
        return error.failure();
    }
    throw std::logic_error("the activity succeeded");
}

/// An answer as the client would hand it over.
inline callflex::http::Result answered(int status, std::string body, bool idempotent,
                                       std::vector<callflex::http::Header> headers = {}) {
    callflex::http::Result result;
    result.outcome = callflex::http::classify_status(status, idempotent);
    result.sent = true;
    result.response = callflex::http::Response{status, std::move(headers), std::move(body)};
    result.retry_after = callflex::http::parse_retry_after(result.response->header("Retry-After"), {});
    return result;
}

}  // namespace test
