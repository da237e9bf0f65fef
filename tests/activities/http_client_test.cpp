// The client against servers that misbehave in every way we know of.

#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <optional>
#include <thread>

#include "activities/http/client.hpp"
#include "tests/activities/awaiting.hpp"
#include "tests/activities/hostile_server.hpp"

using namespace callflex::http;
using namespace std::chrono_literals;
using test::answer;
using test::await;
using test::HostileServer;
using test::read_request;
using test::say;
using test::Socket;

namespace {

Request get(const std::string& url) {
    Request request;
    request.url = parse_url(url);
    request.idempotent = true;
    request.timeout = 5s;
    return request;
}

Request post(const std::string& url) {
    Request request = get(url);
    request.method = "POST";
    request.body = "a=1";
    request.idempotent = false;
    return request;
}

/// Answers every request of every connection with the same bytes.
HostileServer always(const std::string& bytes) {
    return HostileServer{[bytes](Socket& socket) {
        while (!read_request(socket).empty()) {
            if (!say(socket, bytes)) return;
        }
    }};
}

}  // namespace

TEST_CASE("a request carries Host, User-Agent and Content-Length, and its answer comes back whole") {
    std::promise<std::string> seen;
    HostileServer server{[&](Socket& socket) {
        seen.set_value(read_request(socket));
        say(socket, answer("hello", "201 Created", "X-Thing: 7\r\n"));
    }};
    Client client{{.user_agent = "Test/1"}};
    Request request = post(server.url() + "/path?q=1");
    request.headers = {{"Authorization", "Bearer x"}};
    const Result result = await(client.send(request));
    CHECK(result.ok());
    CHECK(result.status() == 201);
    CHECK(result.response->body == "hello");
    CHECK(result.response->header("x-thing") == "7");
    const std::string sent = seen.get_future().get();
    CHECK(sent.starts_with("POST /path?q=1 HTTP/1.1\r\nHost: 127.0.0.1:"));
    CHECK(sent.find("\r\nUser-Agent: Test/1\r\n") != std::string::npos);
    CHECK(sent.find("\r\nContent-Length: 3\r\n") != std::string::npos);
    CHECK(sent.ends_with("\r\n\r\na=1"));
}

TEST_CASE("a chunked answer, one that ends with its connection, and one after interim answers are all read") {
    const std::string chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    const std::string interim =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + answer("abcde");
    for (const std::string& bytes : {chunked, interim}) {
        HostileServer server = always(bytes);
        Client client;
        CHECK(await(client.send(get(server.url()))).response->body == "abcde");
    }
    HostileServer closing{[](Socket& socket) {
        read_request(socket);
        say(socket, "HTTP/1.1 200 OK\r\n\r\nabcde");
    }};
    Client client;
    CHECK(await(client.send(get(closing.url()))).response->body == "abcde");
}

TEST_CASE("connections are kept and used again") {
    HostileServer server = always(answer("ok"));
    Client client;
    for (int i = 0; i < 5; ++i) CHECK(await(client.send(get(server.url()))).ok());
    CHECK(server.connections() == 1);
    CHECK(client.connections_opened() == 1);
}

TEST_CASE("a kept connection that the server has closed is not used") {
    std::promise<void> closed;
    std::atomic<bool> first{true};
    HostileServer server{[&](Socket& socket) {
        read_request(socket);
        say(socket, answer("ok"));
        socket.shutdown(Socket::shutdown_both);
        if (first.exchange(false)) closed.set_value();
    }};
    Client client;
    CHECK(await(client.send(post(server.url()))).ok());
    closed.get_future().wait();
    CHECK(await(client.send(post(server.url()))).ok());
    CHECK(server.connections() == 2);
}

TEST_CASE("a kept connection that dies under a POST leaves it unknown, and it is not sent again by itself") {
    std::atomic<int> requests{0};
    HostileServer server{[&](Socket& socket) {
        while (!read_request(socket).empty()) {
            if (++requests > 1) return;
            say(socket, answer("ok"));
        }
    }};
    Client client;
    CHECK(await(client.send(post(server.url()))).ok());
    CHECK(await(client.send(post(server.url()))).outcome == Outcome::unknown);
    CHECK(requests == 2);
}

TEST_CASE("the deadline holds on a kept connection too, and the connect time-out ends with the connecting") {
    std::promise<void> go;
    const std::shared_future<void> released{go.get_future()};
    std::atomic<int> requests{0};
    HostileServer server{[&](Socket& socket) {
        while (!read_request(socket).empty()) {
            if (++requests == 1) released.wait();
            if (requests == 2) return test::wait_for_end(socket);
            say(socket, answer("ok"));
        }
    }};
    Client client{{.connect_timeout = 50ms}};
    std::thread later{[&] {
        std::this_thread::sleep_for(150ms);
        go.set_value();
    }};
    CHECK(await(client.send(post(server.url()))).ok());
    later.join();
    Request request = post(server.url());
    request.timeout = 100ms;
    CHECK(await(client.send(request)).trouble == Trouble::timed_out);
    CHECK(server.connections() == 1);
}

TEST_CASE("a connection with bytes left over after an answer is never used again") {
    HostileServer server = always(answer("ok") + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    Client client;
    CHECK(await(client.send(get(server.url()))).response->body == "ok");
    CHECK(await(client.send(get(server.url()))).response->body == "ok");
    CHECK(server.connections() == 2);
}

TEST_CASE(
    "a server that never answers costs the deadline and no more; a POST is then unknown, a GET retryable") {
    HostileServer server{[](Socket& socket) { test::wait_for_end(socket); }};
    Client client;
    Request request = post(server.url());
    request.timeout = 100ms;
    const auto begin = std::chrono::steady_clock::now();
    const Result lost = await(client.send(request));
    CHECK(std::chrono::steady_clock::now() - begin < 3s);
    CHECK(lost.trouble == Trouble::timed_out);
    CHECK(lost.sent);
    CHECK(lost.outcome == Outcome::unknown);
    request.method = "GET";
    request.idempotent = true;
    CHECK(await(client.send(request)).outcome == Outcome::retryable);
}

TEST_CASE("a server that drips bytes does not outlive the deadline") {
    HostileServer server{[](Socket& socket) {
        read_request(socket);
        say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while (say(socket, "x")) std::this_thread::sleep_for(5ms);
    }};
    Client client;
    Request request = get(server.url());
    request.timeout = 150ms;
    const Result result = await(client.send(request));
    CHECK(result.trouble == Trouble::timed_out);
    CHECK_FALSE(result.response.has_value());
}

TEST_CASE("an answer beyond the cap is refused, whether its length is announced or not") {
    const std::string big(5000, 'x');
    const std::string chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n" + big + "\r\n0\r\n\r\n";
    for (const std::string& bytes :
         {answer(big), chunked, "HTTP/1.1 200 OK\r\nX: " + std::string(20000, 'h')}) {
        HostileServer server = always(bytes);
        Client client;
        Request request = post(server.url());
        request.response_bytes_max = 4096;
        const Result result = await(client.send(request));
        CHECK(result.trouble == Trouble::too_large);
        CHECK(result.outcome == Outcome::unknown);
    }
}

TEST_CASE("an answer cut in its head, its body or a chunk is lost") {
    for (const char* bytes : {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"}) {
        HostileServer server{[bytes](Socket& socket) {
            read_request(socket);
            say(socket, bytes);
        }};
        Client client;
        INFO(bytes);
        const Result result = await(client.send(post(server.url())));
        CHECK(result.trouble == Trouble::lost);
        CHECK(result.sent);
        CHECK(result.outcome == Outcome::unknown);
        CHECK(await(client.send(get(server.url()))).outcome == Outcome::retryable);
    }
}

TEST_CASE("what is not HTTP, or framed in a way that hides another answer, is malformed") {
    for (const char* bytes :
         {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"}) {
        HostileServer server = always(bytes);
        Client client;
        INFO(bytes);
        CHECK(await(client.send(get(server.url()))).trouble == Trouble::malformed);
    }
}

TEST_CASE("a port where nobody listens was not reached: retryable, even for a POST") {
    unsigned short port = 0;
    {
        HostileServer server{[](Socket&) {}};
        port = server.port();
    }
    Client client;
    const Result result = await(client.send(post("http://127.0.0.1:" + std::to_string(port))));
    CHECK(result.trouble == Trouble::unreachable);
    CHECK_FALSE(result.sent);
    CHECK(result.outcome == Outcome::retryable);
}

TEST_CASE("a host that does not exist was not reached") {
    Client client;
    Request request = post("http://no-such-host.invalid/");
    request.timeout = 10s;
    const Result result = await(client.send(request));
    CHECK_FALSE(result.sent);
    CHECK(result.outcome == Outcome::retryable);
}

TEST_CASE("a redirect is an answer, not followed") {
    HostileServer server = always(answer("", "302 Found", "Location: http://127.0.0.1:1/\r\n"));
    Client client;
    const Result result = await(client.send(get(server.url())));
    CHECK(result.status() == 302);
    CHECK(result.outcome == Outcome::permanent);
    CHECK(server.connections() == 1);
}

TEST_CASE("a stop request ends the exchange at once") {
    std::promise<void> arrived;
    HostileServer server{[&](Socket& socket) {
        read_request(socket);
        arrived.set_value();
        test::wait_for_end(socket);
    }};
    Client client;
    std::stop_source stop;
    Request request = post(server.url());
    request.timeout = 60s;
    std::thread stopper{[&] {
        arrived.get_future().wait();
        stop.request_stop();
    }};
    const Result result = await(client.send(request, stop.get_token()));
    stopper.join();
    CHECK(result.trouble == Trouble::canceled);
    CHECK(result.outcome == Outcome::unknown);
    const Result late = await(client.send(request, stop.get_token()));
    CHECK_FALSE(late.sent);
    CHECK(server.connections() == 1);
}

TEST_CASE("a caller on another thread that is cancelled with a request under way ends it, and goes away") {
    for (int time = 0; time < 20; ++time) {
        std::promise<void> arrived;
        HostileServer server{[&](Socket& socket) {
            read_request(socket);
            arrived.set_value();
            test::wait_for_end(socket);
        }};
        Client client;
        Request request = post(server.url());
        request.timeout = 60s;
        std::optional<Result> result;
        {
            boost::asio::io_context caller;
            boost::asio::cancellation_signal cancellation;
            boost::asio::co_spawn(caller, client.send(request),
                                  boost::asio::bind_cancellation_slot(
                                      cancellation.slot(), [&](const std::exception_ptr&, Result answer) {
                                          result = std::move(answer);
                                      }));
            std::thread stopper{[&] {
                arrived.get_future().wait();
                boost::asio::post(caller,
                                  [&] { cancellation.emit(boost::asio::cancellation_type::terminal); });
            }};
            caller.run();
            stopper.join();
        }
        REQUIRE(result);
        CHECK(result->trouble == Trouble::canceled);
    }
}

TEST_CASE("destroying the client ends what is under way") {
    std::promise<void> arrived;
    HostileServer server{[&](Socket& socket) {
        read_request(socket);
        arrived.set_value();
        test::wait_for_end(socket);
    }};
    auto client = std::make_unique<Client>();
    std::future<Result> result = std::async(std::launch::async, [&] {
        Request request = get(server.url());
        request.timeout = 60s;
        return await(client->send(request));
    });
    arrived.get_future().wait();
    client.reset();
    CHECK(result.get().trouble == Trouble::canceled);
}

TEST_CASE("foreign text cannot write headers of its own") {
    HostileServer server = always(answer("ok"));
    Client client;
    const std::vector<Header> bad{{"X-Key", "a\r\nX-Evil: 1"},
                                  {"X\r\nY", "a"},
                                  {"X Y", "a"},
                                  {"", "a"},
                                  {"X", std::string("a\0b", 3)},
                                  {"X", "caf\xc3\xa9"},
                                  {"Host", "elsewhere"},
                                  {"transfer-encoding", "chunked"}};
    for (const Header& header : bad) {
        Request request = get(server.url());
        request.headers = {header};
        const Result result = await(client.send(request));
        CHECK(result.trouble == Trouble::bad_request);
        CHECK(result.outcome == Outcome::permanent);
    }
    Request request = get(server.url());
    request.url.target = "/a\r\nX-Evil: 1";
    CHECK(await(client.send(request)).trouble == Trouble::bad_request);
    CHECK(server.connections() == 0);
}

TEST_CASE("many requests at once each get their own answer") {
    HostileServer server{[](Socket& socket) {
        for (std::string text = read_request(socket); !text.empty(); text = read_request(socket)) {
            const auto begin = text.find(' ') + 1;
            say(socket, answer(text.substr(begin, text.find(' ', begin) - begin)));
        }
    }};
    Client client;
    std::vector<boost::asio::awaitable<Result>> all;
    for (int i = 0; i < 40; ++i) all.push_back(client.send(get(server.url() + "/" + std::to_string(i))));
    const std::vector<Result> results = test::await_all(std::move(all));
    for (std::size_t i = 0; i < results.size(); ++i)
        CHECK(results[i].response->body == "/" + std::to_string(i));
}
