#pragma once
// What a caller says of an update, and what it hears: the types of Client::update and its relatives.

#include <chrono>
#include <stdexcept>
#include <string>

#include "engine/store/updates.hpp"

namespace durable::client {

using store::UpdateInfo;
using store::UpdateStage;

/// How far an update has to have come for the caller to go on. Whatever ends it ends the wait.
enum class WaitFor : std::uint8_t {
    admitted,   ///< it is durable: it will be looked at, or the run will end before that
    accepted,   ///< the run has taken it on: it will be answered, or the run will end before that
    completed,  ///< it is answered
};

struct UpdateOptions {
    /// Of the request, unique in the run's chain: sent again under the same id it is not done again, and
    /// anybody may ask what has become of it. "": one is made.
    std::string id{};
    WaitFor wait = WaitFor::completed;
    std::chrono::milliseconds timeout{std::chrono::seconds{30}};
};

/// What Client::update_with_start has done.
struct UpdateWithStart {
    store::StartResult start;
    UpdateInfo update;
};

/// The update was not answered: the run has rejected it, or has ended before the answer. info() tells
/// which, and info().failure why; its `retryable` says whether the same request may be sent again.
class UpdateRefused : public std::runtime_error {
  public:
    explicit UpdateRefused(UpdateInfo info);
    [[nodiscard]] const UpdateInfo& info() const noexcept { return info_; }

  private:
    UpdateInfo info_;
};

/// The result of one that is over. Throws UpdateRefused, or the failure of its handler (throw_failure).
[[nodiscard]] Payload result_of(const UpdateInfo& info);

}  // namespace durable::client
