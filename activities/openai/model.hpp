#pragma once
// Asking until there is an answer or no sense in asking: next model when one is gone, once more with room
// when the answer was cut, once more with half of the material when it was too long.

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "activities/openai/chat.hpp"
#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::openai {

struct Asked {
    Answer answer;
    std::string model;  ///< the one that was asked last
};

[[nodiscard]] boost::asio::awaitable<Asked> ask(std::shared_ptr<Vendors> vendors,
                                                durable::ActivityContext& context, Question question);

/// The beginning and the end, with a line in between that says that something is missing, when `text` is
/// longer than `bytes_max`. Cuts no UTF-8 character.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t bytes_max);

}  // namespace callflex::openai
