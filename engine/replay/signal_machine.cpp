#include "engine/replay/signal_machine.hpp"

#include <algorithm>
#include <utility>

namespace durable::replay {

class SignalMachine::ReceiveOperation final : public detail::Operation {
  public:
    ReceiveOperation(Channel& channel, std::string name, std::source_location where)
        : Operation(where), channel_(channel), name_(std::move(name)) {}

    /// From now on the message is this receiver's, unless it is cancelled before it runs.
    void reserve(Message message) {
        reserved_ = std::move(message);
        wake();
    }
    void taken() override {
        if (!resolved() && reserved_) resolve(std::move(reserved_->input));
    }
    void cancel(const std::string& reason) override {
        if (resolved()) return;
        std::erase_if(channel_.receivers, [this](const auto& receiver) { return receiver.get() == this; });
        if (reserved_) deliver(channel_, *std::exchange(reserved_, std::nullopt));
        resolve(Failure{.kind = FailureKind::canceled, .message = reason, .retryable = false});
    }
    [[nodiscard]] std::string describe() const override { return "signal " + name_; }

  private:
    Channel& channel_;
    std::string name_;
    std::optional<Message> reserved_;
};

SignalMachine::Channel& SignalMachine::channel(std::string_view name) {
    const auto found = channels_.find(name);
    return found != channels_.end() ? found->second : channels_[std::string{name}];
}

/// To the receiver that waits longest; else to its place among the messages (it may have been taken back).
void SignalMachine::deliver(Channel& to, Message message) {
    if (!to.receivers.empty()) {
        const std::shared_ptr<ReceiveOperation> receiver = std::move(to.receivers.front());
        to.receivers.pop_front();
        return receiver->reserve(std::move(message));
    }
    const auto place = std::ranges::upper_bound(to.messages, message.number, {}, &Message::number);
    to.messages.insert(place, std::move(message));
}

void SignalMachine::received(const history::SignalReceived& event) {
    deliver(channel(event.name),
            Message{.number = ++arrived_, .input = event.input, .request_id = event.request_id});
}

std::shared_ptr<detail::Operation> SignalMachine::receive(std::string_view name, std::source_location where) {
    Channel& from = channel(name);
    from.listened = true;
    auto operation = std::make_shared<ReceiveOperation>(from, std::string{name}, where);
    if (from.messages.empty()) {
        from.receivers.push_back(operation);
        return operation;
    }
    operation->reserve(std::move(from.messages.front()));
    from.messages.pop_front();
    operation->taken();
    return operation;
}

std::optional<Payload> SignalMachine::try_receive(std::string_view name) {
    Channel& from = channel(name);
    from.listened = true;
    if (from.messages.empty()) return std::nullopt;
    Payload input = std::move(from.messages.front().input);
    from.messages.pop_front();
    return input;
}

std::vector<history::SignalReceived> SignalMachine::unread() const {
    std::map<std::uint64_t, history::SignalReceived> in_order;
    for (const auto& [name, from] : channels_) {
        for (const Message& message : from.messages) {
            in_order[message.number] = {name, message.input, message.request_id};
        }
    }
    std::vector<history::SignalReceived> signals;
    for (auto& [number, signal] : in_order) signals.push_back(std::move(signal));
    return signals;
}

std::size_t SignalMachine::waiting() const noexcept {
    std::size_t messages = 0;
    for (const auto& [name, from] : channels_) messages += from.messages.size();
    return messages;
}

SignalSupply SignalMachine::supply() const noexcept {
    SignalSupply supply = SignalSupply::unasked;
    for (const auto& [name, from] : channels_) {
        if (!from.listened) continue;
        if (from.messages.empty()) return SignalSupply::lacking;
        supply = SignalSupply::plentiful;
    }
    return supply;
}

std::vector<std::string> SignalMachine::listened() const {
    std::vector<std::string> names;
    for (const auto& [name, from] : channels_) {
        if (from.listened) names.push_back(name);
    }
    return names;
}

std::size_t SignalMachine::memory_estimate() const {
    std::size_t bytes = 0;
    for (const auto& [name, from] : channels_) {
        for (const Message& message : from.messages) bytes += sizeof message + message.input.json.size();
    }
    return bytes;
}

}  // namespace durable::replay
