#include "api/bench/ingress_load.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <random>

#include "api/ingress/signature.hpp"
#include "api/ingress/text.hpp"

namespace callflex::bench {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

/// One run; everything on one thread.
class Load {
  public:
    explicit Load(const IngressLoadOptions& options) : options_{options}, deadline_{io_, options.duration} {
        std::random_device entropy;
        run_ = fmt::format("load-{:08x}{:08x}", entropy(), entropy());
    }

    IngressLoadResult run() {
        for (int i = 0; i < options_.connections; ++i) asio::co_spawn(io_, serve(*this, i), asio::detached);
        deadline_.async_wait([this](const boost::system::error_code&) { over_ = true; });
        const auto began = Clock::now();
        io_.run();
        result_.took = Clock::now() - began;
        finish();
        return std::move(result_);
    }

  private:
    /// A connection's life: request, answer, request, until the time is over.
    static asio::awaitable<void> serve(Load& load, int number) {
        tcp::socket socket{load.io_};
        const tcp::endpoint server{asio::ip::make_address(load.options_.address), load.options_.port};
        auto [refused] = co_await socket.async_connect(server, as_values);
        if (refused) {
            load.leave();
            co_return;
        }
        ++load.connected_;
        socket.set_option(tcp::no_delay{true});
        boost::beast::flat_buffer buffer;
        for (int i = 0; load.may_send(); ++i) {
            co_await load.turn();
            const std::string call = fmt::format("{}-{}-{}", load.run_, number, i);
            if (!co_await exchange(load, socket, buffer, call)) {
                ++load.result_.broken;
                break;
            }
        }
        load.leave();
    }

    static asio::awaitable<bool> exchange(Load& load, tcp::socket& socket, boost::beast::flat_buffer& buffer,
                                          const std::string& call) {
        const std::string request = load.signed_request(call);
        const auto began = Clock::now();
        auto [write_error, written] = co_await asio::async_write(socket, asio::buffer(request), as_values);
        if (write_error) co_return false;
        http::response<http::string_body> response;
        auto [read_error, read] = co_await http::async_read(socket, buffer, response, as_values);
        if (read_error) co_return false;
        load.latencies_.push_back(
            std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began));
        if (response.result_int() == 200) {
            load.result_.acknowledged.push_back(call);
        } else {
            ++load.result_.refused;
        }
        co_return response.keep_alive();
    }

    /// Returns when the rate allows one more. Turns that were missed are made up for.
    asio::awaitable<void> turn() {
        if (options_.per_second <= 0) co_return;
        const auto apart = std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>{1 / options_.per_second});
        asio::steady_timer timer{io_, next_turn_};
        next_turn_ += apart;
        co_await timer.async_wait(as_values);
    }

    [[nodiscard]] std::string caller() const {
        constexpr std::size_t numbers = 1'000'000;
        return options_.distinct_callers ? fmt::format("+1555{:07}", 2'000'000 + sent_ % numbers)
                                         : "+15550100123";
    }

    std::string signed_request(const std::string& call) const {
        const std::string& recordings = options_.recordings_url;
        const std::string body =
            sample_report(call, options_.report_bytes,
                          recordings.empty() ? "" : fmt::format("{}/{}.wav", recordings, call), caller());
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const auto timestamp = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
        const Reporter& reporter = options_.reporters.at(sent_ % options_.reporters.size());
        const std::string mac = ingress::hmac_sha256(reporter.secret, fmt::format("{}.{}", timestamp, body));
        return fmt::format(
            "POST /api/webhooks/vapi/{} HTTP/1.1\r\nHost: {}:{}\r\nContent-Type: application/json\r\n"
            "X-Timestamp: {}\r\nX-Signature: {}\r\nContent-Length: {}\r\n\r\n{}",
            reporter.organization, options_.address, options_.port, timestamp, ingress::to_hex(mac),
            body.size(), body);
    }

    bool may_send() {
        if (over_ || (options_.reports > 0 && sent_ >= options_.reports)) return false;
        ++sent_;
        return true;
    }

    void leave() {
        if (++left_ == options_.connections) deadline_.cancel();
    }

    void finish() {
        if (connected_ == 0) {
            throw std::runtime_error{fmt::format("no connection to {}:{}: does the ingress run?",
                                                 options_.address, options_.port)};
        }
        result_.requests_per_second = static_cast<double>(result_.acknowledged.size()) / result_.took.count();
        std::ranges::sort(latencies_);
        const auto at = [this](double share) {
            const auto index = static_cast<std::size_t>(share * static_cast<double>(latencies_.size()));
            return latencies_.empty() ? std::chrono::microseconds{0}
                                      : latencies_[std::min(index, latencies_.size() - 1)];
        };
        result_.p50 = at(0.5);
        result_.p99 = at(0.99);
        result_.p999 = at(0.999);
    }

    const IngressLoadOptions& options_;
    asio::io_context io_{1};
    asio::steady_timer deadline_;
    std::string run_;
    bool over_ = false;
    Clock::time_point next_turn_ = Clock::now();
    std::size_t sent_ = 0;
    int connected_ = 0;
    int left_ = 0;
    IngressLoadResult result_;
    std::vector<std::chrono::microseconds> latencies_;
};

}  // namespace

std::string sample_report(const std::string& vapi_call_id, std::size_t bytes,
                          const std::string& recording_url, const std::string& caller) {
    using namespace std::chrono;
    const auto ended = floor<milliseconds>(system_clock::now());
    std::string report = fmt::format(
        R"({{"message":{{"type":"end-of-call-report","endedReason":"customer-ended-call","cost":0.0483,)"
        R"("startedAt":"{}","endedAt":"{}","call":{{"id":"{}","type":"inboundPhoneCall",)"
        R"("customer":{{"number":"{}"}}}},"phoneNumber":{{"number":"+15550100200"}},"artifact":{{{}"messages":[)"
        R"({{"role":"bot","message":"Thanks for calling. How can I help?","secondsFromStart":1.1}},)"
        R"({{"role":"user","message":"I would like to book a visit on Monday.","secondsFromStart":5.2}}],)"
        R"("transcript":")",
        ingress::format_time(ended - minutes{2}), ingress::format_time(ended), vapi_call_id, caller,
        recording_url.empty() ? "" : fmt::format(R"("recordingUrl":"{}",)", recording_url));
    constexpr std::string_view tail = R"("}}})";
    constexpr std::string_view line = "User: I would like to book a visit on Monday morning, if you can. ";
    while (report.size() + line.size() + tail.size() <= bytes) report.append(line);
    if (report.size() + tail.size() < bytes) report.append(bytes - report.size() - tail.size(), '.');
    return report.append(tail);
}

IngressLoadResult run_ingress_load(const IngressLoadOptions& options) {
    return Load{options}.run();
}

}  // namespace callflex::bench
