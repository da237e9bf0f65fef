// TLS as it must be: the right certificate, for the right name, in a version that is still safe.

#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <mutex>

#include "activities/http/client.hpp"
#include "activities/http/download.hpp"
#include "tests/activities/awaiting.hpp"
#include "tests/activities/certificates.hpp"
#include "tests/activities/hostile_server.hpp"

using namespace callflex::http;
using namespace std::chrono_literals;
using test::await;

namespace {

/// Speaks TLS with the given certificate and answers "secret" to every request; remembers the names asked for
/// (SNI).
class TlsServer {
  public:
    TlsServer(const test::Certificates& certificates, int max_version)
        : context_(certificates.server_context(max_version)),
          server_([this](test::Socket& socket) { serve(socket); }) {}

    /// From now on.
    void answer_with(std::string bytes) {
        const std::lock_guard lock{mutex_};
        answer_ = std::move(bytes);
    }
    [[nodiscard]] std::string url(const std::string& host) const { return server_.url(host, "https") + "/"; }
    [[nodiscard]] int requests() const { return requests_; }
    [[nodiscard]] int connections() const { return server_.connections(); }
    [[nodiscard]] std::string name_asked_for() const {
        const std::lock_guard lock{mutex_};
        return name_;
    }

  private:
    void serve(test::Socket& socket) {
        boost::asio::ssl::stream<test::Socket&> stream{socket, context_};
        boost::system::error_code error;
        stream.handshake(boost::asio::ssl::stream_base::server, error);
        if (error) return;
        if (const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name)) {
            const std::lock_guard lock{mutex_};
            name_ = name;
        }
        while (!test::read_request(stream).empty()) {
            ++requests_;
            test::say(stream, answer());
        }
    }

    [[nodiscard]] std::string answer() const {
        const std::lock_guard lock{mutex_};
        return answer_;
    }

    boost::asio::ssl::context context_;
    std::atomic<int> requests_{0};
    mutable std::mutex mutex_;
    std::string name_;
    std::string answer_ = test::answer("secret");
    test::HostileServer server_;
};

Request post(const std::string& url) {
    Request request;
    request.method = "POST";
    request.url = parse_url(url);
    request.timeout = 5s;
    return request;
}

}  // namespace

TEST_CASE("a trusted certificate for the right name is accepted, SNI is sent, and the connection is kept") {
    const test::Certificates certificates{"localhost"};
    TlsServer server{certificates, TLS1_3_VERSION};
    Client client{{.extra_ca_file = certificates.ca_file()}};
    for (int i = 0; i < 3; ++i)
        CHECK(await(client.send(post(server.url("localhost")))).response->body == "secret");
    CHECK(server.name_asked_for() == "localhost");
    CHECK(server.connections() == 1);
}

TEST_CASE("an unknown authority is refused before anything is sent") {
    const test::Certificates certificates{"localhost"};
    TlsServer server{certificates, TLS1_3_VERSION};
    Client client;
    const Result result = await(client.send(post(server.url("localhost"))));
    CHECK(result.trouble == Trouble::tls_failed);
    CHECK_FALSE(result.sent);
    CHECK(result.outcome == Outcome::retryable);
    CHECK(server.requests() == 0);
}

TEST_CASE("a trusted certificate for another name is refused") {
    const test::Certificates certificates{"api.vendor.example"};
    TlsServer server{certificates, TLS1_3_VERSION};
    Client client{{.extra_ca_file = certificates.ca_file()}};
    for (const char* host : {"localhost", "127.0.0.1"}) {
        INFO(host);
        CHECK(await(client.send(post(server.url(host)))).trouble == Trouble::tls_failed);
    }
    CHECK(server.requests() == 0);
}

TEST_CASE("TLS 1.2 is spoken, TLS 1.1 is not") {
    const test::Certificates certificates{"localhost"};
    Client client{{.extra_ca_file = certificates.ca_file()}};
    TlsServer good{certificates, TLS1_2_VERSION};
    CHECK(await(client.send(post(good.url("localhost")))).ok());
    TlsServer old{certificates, TLS1_1_VERSION};
    CHECK(await(client.send(post(old.url("localhost")))).trouble == Trouble::tls_failed);
}

TEST_CASE("a server that accepts and never shakes hands costs the connect time-out, and nothing was sent") {
    test::HostileServer server{[](test::Socket& socket) { test::wait_for_end(socket); }};
    Client client{{.connect_timeout = 100ms}};
    const Result result = await(client.send(post(server.url("localhost", "https"))));
    CHECK(result.trouble == Trouble::timed_out);
    CHECK_FALSE(result.sent);
    CHECK(result.outcome == Outcome::retryable);
}

TEST_CASE("a download is never downgraded: a redirect from https to http is refused") {
    const test::Certificates certificates{"localhost"};
    test::HostileServer plain{[](test::Socket& socket) { test::wait_for_end(socket); }};
    TlsServer server{certificates, TLS1_3_VERSION};
    server.answer_with(test::answer("", "302 Found", "Location: " + plain.url() + "/\r\n"));
    Client client{{.extra_ca_file = certificates.ca_file()}};
    DownloadRequest request;
    request.url = parse_url(server.url("localhost"));
    request.timeout = 5s;
    const Download done = await(download(client, request, [](std::string_view) {}));
    CHECK(done.result.outcome == Outcome::permanent);
    CHECK(plain.connections() == 0);
}

TEST_CASE("an authority file that cannot be read is said at once") {
    CHECK_THROWS_WITH_AS(Client({.extra_ca_file = "/no/such/file.pem"}),
                         doctest::Contains("/no/such/file.pem"), std::runtime_error);
}
