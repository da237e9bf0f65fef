#pragma once
// The vendors' stand-in for development and tests: speaks their wire formats on /twilio, /resend, /openai,
// /vapi and /stripe, refuses what they would refuse, keeps what was "sent" in memory, and fails on request. Production
// code does not know that it exists: it is only another base URL.
//
// GET /sandbox (and / for browsers)
//     the page for people: what was sent, what exists, which promises hold, and switches for faults
//
// GET /sandbox/sent?vendor=&to=&key=&limit=
//     what was sent, with counts by recipient and keys that came twice
//
// GET /sandbox/counters
//     requests, answers and faults by vendor
//
// GET /sandbox/invariants
//     how much of what there is at each vendor, and what no careful client brings about (things made twice)
//
// GET, POST /sandbox/faults, DELETE /sandbox/faults?vendor=
//     {"vendor":"twilio","mode":"lost_answer","rate":0.1,"seed":1, ...}: see faults.hpp
//
// POST /sandbox/forget
//     a day passes at vendors that remember idempotency keys: none of those that they have seen is known any more
//
// POST /sandbox/reset
//     forgets everything, faults included

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace callflex::sandbox {

struct SandboxOptions {
    std::string address = "127.0.0.1";  ///< anything else shows what was sent to the network
    int port = 8081;                    ///< 0: any free one
    bool calls_back = false;            ///< vendors send status callbacks and webhooks of their own accord
    std::string stripe_webhook_url{};   ///< where Stripe's events go to; "": nowhere
    std::string stripe_webhook_secret{};
    /// What customers' endpoints verify our webhooks with until they are told otherwise, by the endpoint's name.
    std::map<std::string, std::vector<std::string>> customer_secrets{};
};

/// A server with a thread of its own. All methods may be called from any thread.
class Sandbox {
  public:
    /// Listens when it returns. Throws std::runtime_error when the address cannot be bound.
    explicit Sandbox(const SandboxOptions& options = {.address = "127.0.0.1", .port = 0});
    /// Breaks connections off and joins the thread.
    ~Sandbox();
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    [[nodiscard]] int port() const;
    /// "http://127.0.0.1:<port>"; a vendor's base URL is this and "/<vendor>".
    [[nodiscard]] std::string url() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// `callflex sandbox`: serves until SIGINT or SIGTERM. Returns the exit code.
int run_sandbox(const SandboxOptions& options);

}  // namespace callflex::sandbox
