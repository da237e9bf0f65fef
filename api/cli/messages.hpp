#pragma once
// What signal, cancel and terminate have in common: telling how the message fared.

#include <string>

#include "api/cli/arguments.hpp"

namespace callflex::cli {

/// Prints `done` ("signalled"), or throws the CommandError that belongs to the result.
int report_sent(const Session& session, const RunArgument& run, durable::client::SendResult result,
                const std::string& done);

}  // namespace callflex::cli
