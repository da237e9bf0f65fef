#pragma once
// Signals of one run: buffered by name, in order of arrival, until a receiver takes them. None is ever lost:
// a message reserved for a receiver that is cancelled before it runs goes to the next one, or back to its
// place.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/replay/commands.hpp"
#include "engine/replay/execution.hpp"
#include "engine/workflow/runtime.hpp"

namespace durable::replay {

class SignalMachine {
  public:
    void received(const history::SignalReceived& event);

    /// Resolved at once if a message waits and no other receiver does.
    [[nodiscard]] std::shared_ptr<detail::Operation> receive(std::string_view name,
                                                             std::source_location where);
    [[nodiscard]] std::optional<Payload> try_receive(std::string_view name);
    /// What has arrived and was not received, in order of arrival. Requires that no coroutine runs any more.
    [[nodiscard]] std::vector<history::SignalReceived> unread() const;
    /// How many of these there are.
    [[nodiscard]] std::size_t waiting() const noexcept;
    [[nodiscard]] SignalSupply supply() const noexcept;
    /// The names that the code has listened to.
    [[nodiscard]] std::vector<std::string> listened() const;
    [[nodiscard]] std::size_t memory_estimate() const;

  private:
    class ReceiveOperation;
    struct Message {
        std::uint64_t number = 0;  ///< order of arrival
        Payload input;
        std::string request_id;
    };
    struct Channel {
        std::deque<Message> messages;
        std::deque<std::shared_ptr<ReceiveOperation>> receivers;  ///< that have no message yet
        bool listened = false;
    };

    [[nodiscard]] Channel& channel(std::string_view name);
    static void deliver(Channel& to, Message message);

    std::uint64_t arrived_ = 0;
    std::map<std::string, Channel, std::less<>> channels_;
};

}  // namespace durable::replay
