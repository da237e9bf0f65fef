// Streaming a body: bytes, hash, cap, and the one redirect that is followed.

#include <doctest/doctest.h>

#include <mutex>

#include "activities/http/download.hpp"
#include "activities/http/encoding.hpp"
#include "tests/activities/awaiting.hpp"
#include "tests/activities/hostile_server.hpp"

using namespace callflex::http;
using namespace std::chrono_literals;
using test::answer;
using test::await;
using test::HostileServer;
using test::Socket;

namespace {

/// Answers every request with the same bytes and keeps the requests.
class Recorder {
  public:
    explicit Recorder(std::string bytes)
        : bytes_(std::move(bytes)), server_([this](Socket& socket) {
              for (std::string text = test::read_request(socket); !text.empty();
                   text = test::read_request(socket)) {
                  const std::lock_guard lock{mutex_};
                  requests_.push_back(text);
                  test::say(socket, bytes_);
              }
          }) {}

    [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const { return server_.url(host); }
    [[nodiscard]] std::vector<std::string> requests() const {
        const std::lock_guard lock{mutex_};
        return requests_;
    }

  private:
    std::string bytes_;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    HostileServer server_;
};

DownloadRequest recording(const std::string& url) {
    DownloadRequest request;
    request.url = parse_url(url);
    request.headers = {{"Authorization", "Bearer key"}};
    request.timeout = 5s;
    return request;
}

bool has_authorization(const std::string& request) {
    return request.find("Authorization") != std::string::npos;
}

}  // namespace

TEST_CASE("a download arrives in pieces, counted and hashed") {
    std::string body;
    for (int i = 0; i < 60'000; ++i) body += std::to_string(i);
    Recorder server{answer(body, "200 OK", "Content-Type: audio/wav\r\n")};
    Client client;
    std::string got;
    int pieces = 0;
    const Download done = await(download(client, recording(server.url()), [&](std::string_view piece) {
        got += piece;
        ++pieces;
    }));
    CHECK(done.ok());
    CHECK(got == body);
    CHECK(pieces > 1);
    CHECK(done.bytes == body.size());
    CHECK(done.sha256 == sha256_hex(body));
    CHECK(done.content_type == "audio/wav");
}

TEST_CASE("a body beyond the cap is refused, without handing out more than the cap") {
    for (const std::string& bytes :
         {answer(std::string(200'000, 'x')), "HTTP/1.1 200 OK\r\n\r\n" + std::string(200'000, 'x')}) {
        HostileServer server{[bytes](Socket& socket) {
            test::read_request(socket);
            test::say(socket, bytes);
        }};
        Client client;
        DownloadRequest request = recording(server.url());
        request.bytes_max = 100'000;
        std::size_t got = 0;
        const Download done =
            await(download(client, request, [&](std::string_view piece) { got += piece.size(); }));
        CHECK(done.result.trouble == Trouble::too_large);
        CHECK(done.sha256.empty());
        CHECK(got <= request.bytes_max);
    }
}

TEST_CASE("a redirect is followed once, without the key when it leads to another host") {
    Recorder storage{answer("sound")};
    Recorder elsewhere{
        answer("", "302 Found", "Location: " + storage.url("localhost") + "/file?token=t\r\n")};
    Client client;
    std::string got;
    const Download done =
        await(download(client, recording(elsewhere.url()), [&](std::string_view piece) { got += piece; }));
    CHECK(done.ok());
    CHECK(got == "sound");
    CHECK(has_authorization(elsewhere.requests().at(0)));
    CHECK(storage.requests().at(0).starts_with("GET /file?token=t HTTP/1.1"));
    CHECK_FALSE(has_authorization(storage.requests().at(0)));
}

TEST_CASE("a redirect without a good Location, a second one, and one to another scheme's name are refused") {
    for (const char* location : {"", "Location: ftp://x/\r\n", "Location: http://user:pw@x/\r\n"}) {
        Recorder server{answer("", "302 Found", location)};
        Client client;
        const Download done = await(download(client, recording(server.url()), [](std::string_view) {}));
        CHECK(done.result.outcome == Outcome::permanent);
        CHECK(done.result.trouble == Trouble::malformed);
    }
    Recorder loop{answer("", "302 Found", "Location: /again\r\n")};
    Client client;
    CHECK_FALSE(await(download(client, recording(loop.url()), [](std::string_view) {})).ok());
    CHECK(loop.requests().size() == 2);
}

TEST_CASE("an error answer is kept and does not reach the sink") {
    Recorder server{answer("<Error/>", "403 Forbidden")};
    Client client;
    std::string got;
    const Download done =
        await(download(client, recording(server.url()), [&](std::string_view piece) { got += piece; }));
    CHECK(done.result.status() == 403);
    CHECK(done.result.response->body == "<Error/>");
    CHECK(got.empty());
}

TEST_CASE("what the sink throws ends the download and comes out of it") {
    Recorder server{answer(std::string(200'000, 'x'))};
    Client client;
    const auto full = [](std::string_view) { throw std::runtime_error("disk full"); };
    CHECK_THROWS_WITH(static_cast<void>(await(download(client, recording(server.url()), full))), "disk full");
    CHECK(await(client.send(Request{.url = parse_url(server.url()), .headers = {}, .body = {}})).ok());
}
