#pragma once
// Signals as the workflow's code receives them: Workflow::signals().

#include <optional>
#include <source_location>
#include <string>
#include <string_view>

#include "engine/workflow/awaitables.hpp"

namespace durable {

/// The messages of one signal: every one of them, in order, also those that came before anybody listened, and
/// those that an earlier run of the chain had not received.
template <class Message>
class SignalChannel {
  public:
    SignalChannel(detail::Runtime& runtime, std::string_view name) : runtime_(&runtime), name_(name) {}

    /// co_await it: the next message. Several receivers are served in the order in which they began to wait.
    [[nodiscard]] Receive<Message> receive(
        std::source_location where = std::source_location::current()) const {
        return Receive<Message>{*runtime_, name_, where};
    }
    /// The next message if there is one that nobody waits for.
    [[nodiscard]] std::optional<Message> try_receive() const {
        const std::optional<Payload> next = runtime_->try_receive(name_);
        if (!next) return std::nullopt;
        return detail::decode_or_block<Message>(*runtime_, *next, "signal " + std::string{name_});
    }

  private:
    detail::Runtime* runtime_;
    std::string_view name_;
};

}  // namespace durable
