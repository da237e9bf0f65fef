#pragma once
// The name of one attempt of an activity, for whoever completes it from outside. A text to be kept beside the
// order it belongs to, sent to a vendor, put into a link. It holds the attempt's fence (64 random bits), so it
// cannot be guessed, and no longer opens anything once the attempt is over.

#include <string>
#include <string_view>

#include "engine/store/types.hpp"

namespace durable::store {

struct CompletionToken {
    RunId run;
    EventId activity;
    Fence fence;  ///< of the activity's row, as the attempt got it

    auto operator<=>(const CompletionToken&) const = default;
    /// "<run>.<activity>.<epoch>.<16 hexadecimal digits>".
    [[nodiscard]] std::string to_string() const;
    /// Accepts exactly the printed form. Throws std::invalid_argument, without repeating the text.
    [[nodiscard]] static CompletionToken parse(std::string_view text);
};

}  // namespace durable::store
