#include "tests/support/fault_proxy.hpp"

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <thread>

namespace test {
namespace {

namespace asio = boost::asio;
using Client = asio::ip::tcp::socket;
using Server = asio::generic::stream_protocol::socket;
using Target = asio::generic::stream_protocol::endpoint;
using Kind = FaultProxy::Kind;
using namespace std::string_view_literals;

/// The last bytes that went one way: enough to see how a message ends, however it was cut into pieces.
class Tail {
  public:
    void add(std::string_view bytes) {
        last_.append(bytes.substr(bytes.size() - std::min(bytes.size(), kept)));
        if (last_.size() > kept) last_.erase(0, last_.size() - kept);
    }
    [[nodiscard]] bool ends_with(std::string_view end) const { return last_.ends_with(end); }

  private:
    static constexpr std::size_t kept = 16;
    std::string last_;
};

/// A request after which the server commits: a COMMIT, or the Sync of a pipeline.
bool ends_transaction(const Tail& requests) {
    return requests.ends_with("COMMIT\0"sv) || requests.ends_with("commit\0"sv) ||
           requests.ends_with("S\0\0\0\4"sv);
}
/// ReadyForQuery, within a transaction that goes on or has failed.
bool in_transaction(const Tail& answers) {
    return answers.ends_with("Z\0\0\0\5T"sv) || answers.ends_with("Z\0\0\0\5E"sv);
}
/// ReadyForQuery, outside of a transaction.
bool answered(const Tail& answers) {
    return answers.ends_with("Z\0\0\0\5I"sv);
}

/// What a client calls itself in its first message, the only one that it can be in; "" without a name.
std::string application_name(std::string_view startup) {
    constexpr auto key = "\0application_name\0"sv;
    const std::size_t at = startup.find(key);
    if (at == std::string_view::npos) return {};
    const std::string_view value = startup.substr(at + key.size());
    return std::string{value.substr(0, value.find('\0'))};
}

/// One client and its connection to the server.
struct Link {
    Link(const asio::any_io_executor& executor, Client accepted)
        : client(std::move(accepted)), server(executor), changed(executor) {
        changed.expires_at(asio::steady_timer::time_point::max());
    }
    Client client;
    Server server;
    std::string name{};  ///< its application_name, once it has told it
    bool told_name = false;
    asio::steady_timer changed;  ///< cancelled when the mode changes
    Tail requests;
    Tail answers;
    std::size_t answer_bytes = 0;  ///< since the mode began
    bool last_answer = false;      ///< the answer that begins now gets lost if a commit is at its end
    std::string held;              ///< of that answer
    bool server_gone = false;      ///< half open
    bool closed = false;
};
using LinkPtr = std::shared_ptr<Link>;

}  // namespace

class FaultProxy::Impl {
  public:
    explicit Impl(Target target)
        : target_(std::move(target)), acceptor_(io_, {asio::ip::address_v4::loopback(), 0}) {
        asio::co_spawn(io_, accept(), asio::detached);
        thread_ = std::thread{[this] { io_.run(); }};
    }
    ~Impl() {
        io_.stop();
        thread_.join();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] int broken() const { return broken_; }
    [[nodiscard]] int accepted() const { return accepted_; }
    [[nodiscard]] int flipped() const { return flipped_; }

    void set(Mode mode) {
        std::promise<void> done;
        asio::post(io_, [&] {
            enter(mode);
            done.set_value();
        });
        done.get_future().wait();
    }

  private:
    void enter(Mode mode) {
        mode_ = mode;
        counted_ = 0;
        std::erase_if(links_, [](const LinkPtr& link) { return link->closed; });
        for (const LinkPtr& link : links_) {
            link->answer_bytes = 0;
            const Kind kind = kind_for(*link);
            if (kind == Kind::cut || link->server_gone || link->last_answer) reset(*link);
            if (kind == Kind::half_open) leave_half_open(*link);
            link->changed.cancel();
        }
    }

    /// What the mode does to this connection.
    [[nodiscard]] Kind kind_for(const Link& link) const {
        const bool meant = mode_.only.empty() || (link.told_name && link.name.starts_with(mode_.only));
        return meant ? mode_.kind : Kind::pass;
    }
    /// A mode that is for some connections begins for one of them as soon as it has told its name.
    void learn_name(Link& link, std::string_view startup) {
        if (std::exchange(link.told_name, true)) return;
        link.name = application_name(startup);
        if (mode_.only.empty()) return;
        if (kind_for(link) == Kind::cut) reset(link);
        if (kind_for(link) == Kind::half_open) leave_half_open(link);
    }

    void reset(Link& link) {
        if (std::exchange(link.closed, true)) return;
        ++broken_;
        boost::system::error_code ignored;
        link.client.set_option(asio::socket_base::linger{true, 0}, ignored);
        link.client.close(ignored);
        link.server.close(ignored);
        link.changed.cancel();
    }
    static void leave_half_open(Link& link) {
        boost::system::error_code ignored;
        link.server_gone = true;
        link.server.close(ignored);
    }

    asio::awaitable<void> accept() {
        while (true) {
            Client client = co_await acceptor_.async_accept(asio::use_awaitable);
            ++accepted_;
            auto link = std::make_shared<Link>(io_.get_executor(), std::move(client));
            links_.push_back(link);
            asio::co_spawn(io_, open(link), asio::detached);
        }
    }

    asio::awaitable<void> open(LinkPtr link) {
        if (kind_for(*link) == Kind::cut) reset(*link);
        link->server_gone = kind_for(*link) == Kind::half_open;
        co_await let_through(link, true);
        if (link->closed) co_return;
        boost::system::error_code error;
        co_await link->server.async_connect(target_, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return reset(*link);
        asio::co_spawn(io_, pass_requests(link), asio::detached);
        asio::co_spawn(io_, pass_answers(link), asio::detached);
    }

    /// Waits for as long as nothing gets through in this direction.
    asio::awaitable<void> let_through(LinkPtr link, bool is_request) {
        while (!link->closed && held(*link, is_request)) {
            boost::system::error_code woken;
            co_await link->changed.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
    }
    [[nodiscard]] bool held(const Link& link, bool is_request) const {
        const Kind kind = kind_for(link);
        return link.server_gone || kind == Kind::blackhole || (kind == Kind::answers_held && !is_request);
    }

    /// What this piece costs in time.
    asio::awaitable<void> take_time(LinkPtr link, std::size_t bytes) {
        std::chrono::microseconds time{0};
        if (kind_for(*link) == Kind::delay) time = mode_.delay;
        if (kind_for(*link) == Kind::limit)
            time = std::chrono::microseconds{bytes * 1'000'000 / std::max<std::size_t>(1, mode_.bytes)};
        if (time.count() == 0) co_return;
        asio::steady_timer timer{io_, time};
        boost::system::error_code ignored;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }

    asio::awaitable<void> pass_requests(LinkPtr link) {
        std::array<char, 16384> buffer{};
        boost::system::error_code error;
        while (true) {
            const std::size_t got = co_await link->client.async_read_some(
                asio::buffer(buffer, piece(*link)), asio::redirect_error(asio::use_awaitable, error));
            if (error) break;
            learn_name(*link, {buffer.data(), got});
            link->requests.add({buffer.data(), got});
            co_await let_through(link, true);
            co_await take_time(link, got);
            if (link->closed || refuses(*link)) break;
            damage(*link, {buffer.data(), got});
            co_await asio::async_write(link->server, asio::buffer(buffer, got),
                                       asio::redirect_error(asio::use_awaitable, error));
            if (error) break;
        }
        end(link);
    }

    /// True if this request must not get to the server. Also notes whether its answer must not get back.
    bool refuses(Link& link) {
        const Kind kind = kind_for(link);
        const bool looks = kind == Kind::cut_before_commit || kind == Kind::cut_before_answer;
        if (!looks || !ends_transaction(link.requests) || ++counted_ % mode_.every != 0) return false;
        if (kind == Kind::cut_before_commit) {
            reset(link);
            return true;
        }
        link.last_answer = true;
        return false;
    }

    asio::awaitable<void> pass_answers(LinkPtr link) {
        std::array<char, 16384> buffer{};
        boost::system::error_code error;
        while (true) {
            std::size_t got = co_await link->server.async_read_some(
                asio::buffer(buffer, piece(*link)), asio::redirect_error(asio::use_awaitable, error));
            if (error) break;
            link->answers.add({buffer.data(), got});
            co_await let_through(link, false);
            co_await take_time(link, got);
            if (link->closed) break;
            if (link->last_answer) {
                link->held.append(buffer.data(), got);
                if (commits(*link)) break;
                if (!in_transaction(link->answers)) continue;
                const std::string answer = std::exchange(link->held, {});
                co_await asio::async_write(link->client, asio::buffer(answer),
                                           asio::redirect_error(asio::use_awaitable, error));
                link->last_answer = false;
                continue;
            }
            const bool last = is_too_much(*link, got);
            damage(*link, {buffer.data(), got});
            co_await asio::async_write(link->client, asio::buffer(buffer, got),
                                       asio::redirect_error(asio::use_awaitable, error));
            if (last) reset(*link);
            if (error) break;
        }
        if (link->server_gone) co_await let_through(link, false);
        end(link);
    }

    /// In the middle: a length at the beginning would only make the receiver wait for more.
    void damage(const Link& link, std::span<char> piece) {
        if (kind_for(link) != Kind::flip || piece.empty() || ++counted_ % mode_.every != 0) return;
        piece[piece.size() / 2] = static_cast<char>(piece[piece.size() / 2] ^ 1);
        ++flipped_;
    }

    /// True if the transaction is over: then its answer is lost.
    bool commits(Link& link) {
        if (!answered(link.answers)) return false;
        reset(link);
        return true;
    }

    /// Shortens the piece to what may still come through; true if it is the last one.
    [[nodiscard]] bool is_too_much(Link& link, std::size_t& got) const {
        if (kind_for(link) != Kind::cut_after) return false;
        got = std::min(got, mode_.bytes - std::min(mode_.bytes, link.answer_bytes));
        link.answer_bytes += got;
        return link.answer_bytes >= mode_.bytes;
    }

    [[nodiscard]] std::size_t piece(const Link& link) const {
        return kind_for(link) == Kind::limit ? 512 : 16384;
    }

    /// One end has closed: so does the other, in good order.
    static void end(const LinkPtr& link) {
        if (link->server_gone || std::exchange(link->closed, true)) return;
        boost::system::error_code ignored;
        link->client.close(ignored);
        link->server.close(ignored);
        link->changed.cancel();
    }

    asio::io_context io_;
    Target target_;
    asio::ip::tcp::acceptor acceptor_;
    std::list<LinkPtr> links_;
    Mode mode_;
    int counted_ = 0;
    std::atomic<int> broken_ = 0;
    std::atomic<int> accepted_ = 0;
    std::atomic<int> flipped_ = 0;
    std::thread thread_;
};

FaultProxy::FaultProxy(const std::filesystem::path& server_socket)
    : impl_(std::make_unique<Impl>(asio::local::stream_protocol::endpoint{server_socket.string()})) {}
FaultProxy::FaultProxy(const std::string& server_address, std::uint16_t server_port)
    : impl_(std::make_unique<Impl>(
          asio::ip::tcp::endpoint{asio::ip::make_address_v4(server_address), server_port})) {}
FaultProxy::~FaultProxy() = default;
std::uint16_t FaultProxy::port() const {
    return impl_->port();
}
void FaultProxy::set(Mode mode) {
    impl_->set(mode);
}
int FaultProxy::broken() const {
    return impl_->broken();
}
int FaultProxy::accepted() const {
    return impl_->accepted();
}
int FaultProxy::flipped() const {
    return impl_->flipped();
}

}  // namespace test
