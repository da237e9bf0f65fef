#pragma once
// The hosts of a connection string, each with its turn to be asked first.
//
// libpq asks them in order, and asks the next one when it is refused. From one that is silent (its machine is gone)
// it would wait for as long as it is let, and the next would never be asked.

#include <string>
#include <vector>

namespace durable::store {

class HostTurns {
  public:
    explicit HostTurns(const std::string& connection_string);

    [[nodiscard]] std::size_t count() const { return hosts_.size(); }
    /// The host that was asked first becomes the last.
    void next();

    // Parameters of libpq that go before those of the connection string. "": as it says.
    [[nodiscard]] std::string hosts() const { return in_turn(hosts_); }
    [[nodiscard]] std::string addresses() const { return in_turn(addresses_); }
    [[nodiscard]] std::string ports() const { return in_turn(ports_); }

  private:
    [[nodiscard]] std::string in_turn(const std::vector<std::string>& list) const;

    std::vector<std::string> hosts_;  ///< at least one, perhaps ""
    std::vector<std::string> addresses_;
    std::vector<std::string> ports_;
    std::size_t first_ = 0;
};

}  // namespace durable::store
