#include "activities/http/client.hpp"

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <set>
#include <thread>

#include "activities/http/connection_pool.hpp"
#include "activities/http/exchange.hpp"

namespace callflex::http {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

Result no_answer(Trouble trouble, bool sent, bool idempotent, std::string reason) {
    return Result{.outcome = classify_trouble(trouble, sent, idempotent),
                  .trouble = trouble,
                  .sent = sent,
                  .response = std::nullopt,
                  .retry_after = std::nullopt,
                  .reason = std::string{to_string(trouble)} + ": " + std::move(reason)};
}

Result answered(Response response, const Request& request) {
    Result result{.outcome = classify_status(response.status, request.idempotent), .sent = true};
    result.retry_after = parse_retry_after(response.header("Retry-After"), std::chrono::system_clock::now());
    result.reason = request.url.host + " answered " + std::to_string(response.status);
    result.response = std::move(response);
    return result;
}

/// The way back to the client's thread, closed when the client ends: a look-up may take longer than that.
class WayBack {
  public:
    explicit WayBack(asio::io_context& io) : io_(&io) {}
    void post(std::function<void()> work) {
        const std::lock_guard lock{mutex_};
        if (io_ != nullptr) asio::post(*io_, std::move(work));
    }
    void close() {
        const std::lock_guard lock{mutex_};
        io_ = nullptr;
    }

  private:
    std::mutex mutex_;
    asio::io_context* io_;
};

LookUp answering_on(std::shared_ptr<WayBack> way_back, LookUp look_up) {
    if (!look_up) return {};
    return [way_back = std::move(way_back), look_up = std::move(look_up)](
               const std::string& host, std::function<void(LookedUp)> done) {
        look_up(host, [way_back, done = std::move(done)](LookedUp found) {
            way_back->post([done, found = std::move(found)] { done(found); });
        });
    };
}

/// Raises the interrupt at a moment that can be moved.
class Alarm {
  public:
    Alarm(asio::io_context& io, std::weak_ptr<Interrupt> target) : timer_(io), target_(std::move(target)) {}

    void set(Clock::time_point when) {
        timer_.expires_at(when);
        timer_.async_wait(
            [target = target_, round = ++*round_, current = round_](boost::system::error_code error) {
                // A handler may already be queued when the alarm is moved: only the newest counts.
                if (error || round != *current) return;
                if (const auto interrupt = target.lock()) interrupt->raise(Trouble::timed_out);
            });
    }

  private:
    asio::steady_timer timer_;
    std::weak_ptr<Interrupt> target_;
    std::shared_ptr<int> round_ = std::make_shared<int>(0);
};

}  // namespace

class Client::Impl {
  public:
    explicit Impl(ClientOptions options)
        : options_(std::move(options)),
          way_back_(std::make_shared<WayBack>(io_)),
          look_up_(answering_on(way_back_, options_.look_up)),
          tls_(make_tls_context(options_.extra_ca_file)),
          pool_(options_.idle_max, options_.idle_connections_per_origin),
          thread_([this] { io_.run(); }) {}

    ~Impl() {
        asio::post(io_, [this] {
            closing_ = true;
            pool_.clear();
            for (const auto& interrupt : active_) interrupt->raise(Trouble::canceled);
        });
        keep_running_.reset();
        thread_.join();
        way_back_->close();
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    asio::io_context& io() { return io_; }
    [[nodiscard]] std::uint64_t connections_opened() const { return connections_opened_.load(); }

    /// On the client's thread.
    asio::awaitable<Result> perform(Request request, BodySink sink, std::stop_token stop) {
        std::string bytes;
        std::string refusal;
        try {
            bytes = serialize(request, options_.user_agent);
        } catch (const BadHeader& error) {
            refusal = error.what();
        }
        if (!refusal.empty()) co_return no_answer(Trouble::bad_request, false, request.idempotent, refusal);

        const auto interrupt = std::make_shared<Interrupt>(io_);
        const Enrolled enrolled{active_, interrupt};
        if (closing_) interrupt->raise(Trouble::canceled);
        const std::stop_callback on_stop{stop, [this, weak = std::weak_ptr{interrupt}] {
                                             asio::post(io_, [weak] {
                                                 if (const auto target = weak.lock())
                                                     target->raise(Trouble::canceled);
                                             });
                                         }};
        if (stop.stop_requested() || closing_)
            co_return no_answer(Trouble::canceled, false, request.idempotent, "asked to stop");

        Attempt attempt{std::make_shared<const Request>(std::move(request)), Clock::now(),
                        Freshness::reuse_allowed};
        Result result = co_await try_once(attempt, bytes, sink, interrupt);
        if (result.trouble == Trouble::lost && !result.sent) {
            attempt.freshness = Freshness::new_connection;
            result = co_await try_once(attempt, std::move(bytes), std::move(sink), interrupt);
        }
        co_return result;
    }

  private:
    enum class Freshness : std::uint8_t { reuse_allowed, new_connection };
    struct Attempt {
        std::shared_ptr<const Request> request;
        Clock::time_point begin;  ///< of the whole exchange
        Freshness freshness;
    };
    using Active = std::set<std::shared_ptr<Interrupt>>;

    /// In the list of exchanges that the destructor cancels.
    class Enrolled {
      public:
        Enrolled(Active& active, std::shared_ptr<Interrupt> interrupt)
            : active_(active), interrupt_(std::move(interrupt)) {
            active_.insert(interrupt_);
        }
        ~Enrolled() { active_.erase(interrupt_); }
        Enrolled(const Enrolled&) = delete;
        Enrolled& operator=(const Enrolled&) = delete;

      private:
        Active& active_;
        std::shared_ptr<Interrupt> interrupt_;
    };

    asio::awaitable<Result> try_once(Attempt attempt, std::string bytes, BodySink sink,
                                     std::shared_ptr<Interrupt> interrupt) {
        const auto& [shared_request, begin, freshness] = attempt;
        const Request& request = *shared_request;
        Alarm alarm{io_, interrupt};
        const std::string origin = request.url.origin();
        std::unique_ptr<Connection> connection;
        const bool may_reuse = freshness == Freshness::reuse_allowed && !request.guard;
        if (may_reuse) connection = pool_.take(origin);
        if (!connection) {
            connection = std::make_unique<Connection>(io_, tls_, request.url.secure);
            interrupt->guard(connection.get());
            alarm.set(begin + std::min(options_.connect_timeout, request.timeout));
            Problem problem =
                co_await open_connection(*connection, {request.url, look_up_, request.guard}, interrupt);
            if (problem) {
                interrupt->guard(nullptr);
                co_return no_answer(problem.trouble, false, request.idempotent, std::move(problem.reason));
            }
            ++connections_opened_;
        }
        interrupt->guard(connection.get());
        alarm.set(begin + request.timeout);
        const Guarded guarded{*interrupt};
        Answer answer = co_await exchange(
            *connection, {std::move(bytes), request.source},
            {options_.response_header_bytes_max, request.response_bytes_max, request.cut_long_answers},
            std::move(sink), interrupt);
        if (answer.problem)
            co_return no_answer(answer.problem.trouble, answer.sent, request.idempotent,
                                request.url.host + ": " + answer.problem.reason);
        if (answer.reusable && !closing_ && !request.guard) pool_.give_back(origin, std::move(connection));
        co_return answered(std::move(answer.response), request);
    }

    /// The interrupt forgets the connection however the exchange ends.
    struct Guarded {
        explicit Guarded(Interrupt& target) : interrupt(target) {}
        ~Guarded() { interrupt.guard(nullptr); }
        Guarded(const Guarded&) = delete;
        Guarded& operator=(const Guarded&) = delete;
        Interrupt& interrupt;
    };

    ClientOptions options_;
    asio::io_context io_{1};
    std::shared_ptr<WayBack> way_back_;
    LookUp look_up_;  // answers on the client's thread
    asio::executor_work_guard<asio::io_context::executor_type> keep_running_{io_.get_executor()};
    asio::ssl::context tls_;
    ConnectionPool pool_;                               // client's thread only
    Active active_;                                     // client's thread only
    bool closing_ = false;                              // client's thread only
    std::atomic<std::uint64_t> connections_opened_{0};  // written by the client's thread, read by anyone
    std::thread thread_;
};

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Client::~Client() = default;

asio::awaitable<Result> Client::send(Request request, std::stop_token stop) {
    return send(std::move(request), nullptr, std::move(stop));
}

asio::awaitable<Result> Client::send(Request request, BodySink sink, std::stop_token stop) {
    // Boost 1.81's co_spawn hands a cancellation to the other thread by a plain pointer, which may be gone when it
    // arrives there: when a worker stops with a request under way. So the caller's cancellation asks as `stop` does.
    std::stop_source asked;
    const std::stop_callback by_token{stop, [asked]() mutable { asked.request_stop(); }};
    asio::cancellation_slot by_caller = (co_await asio::this_coro::cancellation_state).slot();
    if (by_caller.is_connected())
        by_caller.assign([asked](asio::cancellation_type) mutable { asked.request_stop(); });
    co_return co_await asio::co_spawn(
        impl_->io(), impl_->perform(std::move(request), std::move(sink), asked.get_token()),
        asio::bind_cancellation_slot(asio::cancellation_slot{}, asio::use_awaitable));
}

std::uint64_t Client::connections_opened() const {
    return impl_->connections_opened();
}

}  // namespace callflex::http
