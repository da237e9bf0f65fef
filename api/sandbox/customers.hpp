#pragma once
// Customers' own systems: endpoints that get our webhooks and behave as they are told. Any name will do.
//
//   POST /customers/{name}             a webhook; answered 200 unless told otherwise
//   PUT  /customers/{name}/behaviour   {"status": 503, "retry_after": 2, "delay_ms": 100, "body": "...",
//                                       "location": "http://...", "manner": "answer" | "hang" | "drip" | "hang_up",
//                                       "secrets": ["whsec_..."], "times": 3}      times: then 200 again
//   GET  /customers/{name}/received    what came, in order, whether its signature was right, and how many at once
//   PUT  /customers/{name}/handicap    as behaviour, but keeps the secrets

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/sandbox/vendor.hpp"

namespace callflex::sandbox {

using CustomerSecrets = std::map<std::string, std::vector<std::string>>;  ///< by the customer's name

class Customers : public Vendor {
  public:
    /// `known`: what these customers verify signatures with until they are told otherwise.
    explicit Customers(CustomerSecrets known = {}) : known_(std::move(known)) {}

    [[nodiscard]] std::string_view name() const override { return "customers"; }
    [[nodiscard]] Reply handle(const Ask& ask) override;
    [[nodiscard]] Reply failure(int status) const override;
    void reset() override { systems_.clear(); }
    [[nodiscard]] std::vector<Thing> things() const override;
    [[nodiscard]] std::vector<Promise> promises() const override;
    [[nodiscard]] std::vector<Sent> sent(const Ledger& ledger, std::size_t at_most) const override;

  private:
    struct Behaviour {
        Reply::Manner manner = Reply::Manner::normal;
        int status = 200;
        std::optional<int> retry_after{};
        std::chrono::milliseconds delay{0};
        std::string body{};
        std::string location{};
        std::optional<int> times{};
    };
    struct Received {
        std::string id;
        std::string event;
        std::string timestamp;
        std::string problem;  ///< with the signature; "" for none
        std::string body;
        std::int64_t at_ms = 0;
        int status = 0;
    };
    struct System {
        Behaviour behaviour{};
        std::vector<std::string> secrets{};
        std::deque<Received> received{};  ///< the newest 20,000
        std::size_t count = 0;
        int in_flight = 0;
        int in_flight_max = 0;
    };

    [[nodiscard]] const std::shared_ptr<System>& system(const std::string& name);
    [[nodiscard]] Reply receive(const std::shared_ptr<System>& system, const Ask& ask);
    [[nodiscard]] Reply program(System& system, const Ask& ask, bool with_secrets);
    [[nodiscard]] static Reply report(const System& system, const Ask& ask);

    CustomerSecrets known_;
    /// By name; shared with replies that are still on their way.
    std::map<std::string, std::shared_ptr<System>> systems_;
};

}  // namespace callflex::sandbox
