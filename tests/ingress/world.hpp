#pragma once
// An ingress on a free port over a database of its own, with one organization that has one signing secret.

#include <memory>
#include <string>

#include "api/ingress/ingress.hpp"
#include "tests/ingress/raw_client.hpp"
#include "tests/support/database.hpp"

namespace test {

class World {
  public:
    static constexpr const char* organization = "0199f0a4-0000-7000-8000-000000000001";
    static constexpr const char* other_organization = "0199f0a4-0000-7000-8000-000000000002";
    static constexpr const char* disabled_organization = "0199f0a4-0000-7000-8000-000000000003";
    static constexpr const char* secret = "an-organization's-own-secret";
    static constexpr const char* platform_secret = "the-platform's-secret";

    /// `change` may adjust the options before the start.
    explicit World(const std::function<void(callflex::ingress::IngressOptions&)>& change = {});

    [[nodiscard]] std::uint16_t port() const { return ingress->port(); }
    [[nodiscard]] std::string value(const std::string& sql) const { return database.value(sql); }
    /// Rows that webhooks leave: dedupe rows, calls, runs. "0 0 0" when nothing was stored.
    [[nodiscard]] std::string rows() const;
    /// Posts the body, signed with the organization's secret.
    [[nodiscard]] std::optional<Answer> post(const std::string& body) const;

    Database database;
    callflex::ingress::IngressOptions options;
    std::unique_ptr<callflex::ingress::Ingress> ingress;
};

/// A complete request with VAPI's default hmac headers, signed `age` ago.
[[nodiscard]] std::string signed_request(const std::string& organization, const std::string& body,
                                         const std::string& secret, std::chrono::seconds age = {});
/// A complete request with these header lines (each ended by CRLF) beside the usual ones.
[[nodiscard]] std::string request_with(const std::string& organization, const std::string& body,
                                       const std::string& lines);

[[nodiscard]] std::string report_of(const std::string& call);
[[nodiscard]] std::string status_of(const std::string& call, const std::string& status);
/// A file of tests/ingress/payloads.
[[nodiscard]] std::string payload(const std::string& name);

}  // namespace test
