#pragma once
// A certification authority of the test's own, and server certificates made by it. Files live as long as the
// object.

#include <boost/asio/ssl.hpp>
#include <string>

namespace test {

class Certificates {
  public:
    /// A CA, and a server certificate for `host` (a DNS name) signed by it.
    /// The server's is valid until `lives_for` seconds from now.
    explicit Certificates(const std::string& host, long lives_for = 365L * 24 * 3600);
    ~Certificates();
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;

    [[nodiscard]] std::string ca_file() const { return folder_ + "/ca.pem"; }
    /// For a server that presents the certificate, with at most this TLS version.
    [[nodiscard]] boost::asio::ssl::context server_context(int max_version) const;

  private:
    std::string folder_;
};

}  // namespace test
