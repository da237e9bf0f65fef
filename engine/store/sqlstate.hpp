#pragma once
// What an SQLSTATE means for a caller that wants its transaction done. The one table of it.

#include <cstdint>
#include <string_view>

namespace durable::store {

enum class Fate : std::uint8_t {
    fence,      ///< our own abort: a fence was lost; nothing has been written
    retry,      ///< not committed, nobody's fault: try again soon
    data,       ///< not committed: the database refuses the data; trying again is useless
    exhausted,  ///< not committed: the server is out of disk, memory or connections; wait
    elsewhere,  ///< not committed: this server does not take writes; reconnect to find the one that does
    unknown,    ///< the server went away in the middle: it may have committed
    defect,     ///< not committed: our statement or the schema is wrong
};

[[nodiscard]] Fate fate_of(std::string_view sqlstate);

/// The commit is only on this server although a synchronous standby was asked for (the wait was cancelled):
/// the notice comes beside a COMMAND_OK.
[[nodiscard]] bool says_only_local(std::string_view sqlstate, std::string_view message);

}  // namespace durable::store
