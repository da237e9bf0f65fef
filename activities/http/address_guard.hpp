#pragma once
// Names into addresses, and whether an address may be called: what a request to a place chosen by a customer
// needs. Both work at connect time, at every attempt: an answer of yesterday's look-up says nothing about today.

#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace callflex::http {

using Addresses = std::vector<boost::asio::ip::address>;

struct LookedUp {
    std::string problem{};  ///< why there are no addresses; "" when there are
    Addresses addresses{};
};

/// Finds the addresses of a host and calls `done` once, from any thread. Called on the client's thread: it must
/// not block.
using LookUp = std::function<void(const std::string& host, std::function<void(LookedUp)> done)>;

/// What a guard says about a host's addresses.
struct Admission {
    enum class Verdict : std::uint8_t {
        granted,
        forbidden,  ///< such an address must not be called
        busy,       ///< not now: too much is under way there
    };
    Verdict verdict = Verdict::granted;
    std::string reason{};          ///< for people, when not granted
    std::shared_ptr<void> hold{};  ///< released when the exchange has ended
};

/// Judges every address that a host has, before any of them is connected to. Used from the clients' threads,
/// perhaps several at once.
class AddressGuard {
  public:
    virtual ~AddressGuard() = default;
    /// One that is refused refuses the host: which one is connected to is not the customer's DNS to choose.
    [[nodiscard]] virtual Admission admit(const Addresses& addresses) = 0;
};

}  // namespace callflex::http
