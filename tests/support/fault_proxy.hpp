#pragma once
// A TCP proxy before Postgres that misbehaves on request: what networks do to a connection, without a network. It
// listens on 127.0.0.1 and leads to a Unix socket, or to an address for those who want TLS, which Postgres does not
// speak on Unix sockets.
//
//   FaultProxy proxy{socket_of_server};      // ".../.s.PGSQL.5432"
//   proxy.set({FaultProxy::Kind::blackhole});
//   ...
//   proxy.set({});                           // as if nothing had been
//
// Has one thread of its own. Its functions may be called from any other, one at a time. Programs that link `net`.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace test {

class FaultProxy {
  public:
    enum class Kind : std::uint8_t {
        pass,
        delay,         ///< each piece arrives `delay` later, both ways
        cut,           ///< connections are reset (RST), new ones at once
        blackhole,     ///< nothing arrives any more, nobody is told; what was under way goes on afterwards
        half_open,     ///< the server's end is closed, the client is not told before the mode is over
        answers_held,  ///< requests arrive, answers do not
        cut_after,     ///< a connection is reset once `bytes` of the server's answers have come through it
        limit,         ///< `bytes` a second, each way
        cut_before_commit,  ///< each `every`-th request that ends a transaction is not passed on: reset instead
        cut_before_answer,  ///< it is, and the server has answered it: then reset, unread
        flip,               ///< of each `every`-th piece, either way, one bit arrives turned over
    };
    struct Mode {
        Kind kind = Kind::pass;
        std::chrono::milliseconds delay{50};
        std::size_t bytes = 0;
        int every = 1;
        /// Only connections whose application_name begins so; the others pass. Empty: all. They are known by their
        /// first message, which TLS would hide.
        std::string only{};
    };

    explicit FaultProxy(const std::filesystem::path& server_socket);
    /// An IPv4 address, in figures.
    FaultProxy(const std::string& server_address, std::uint16_t server_port);
    ~FaultProxy();
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    /// Returns when it is in force, for connections that exist as well.
    void set(Mode mode);
    /// Connections that have been reset, or not been let through, so far.
    [[nodiscard]] int broken() const;
    /// Connections that were accepted so far.
    [[nodiscard]] int accepted() const;
    /// Bits that were turned over so far.
    [[nodiscard]] int flipped() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace test
