#include "api/cli/messages.hpp"

namespace callflex::cli {

using durable::client::SendResult;

int report_sent(const Session& session, const RunArgument& run, SendResult result, const std::string& done) {
    if (result == SendResult::not_found)
        throw durable::client::NotFound("there is no run or workflow " + run.name);
    if (result == SendResult::closed) {
        throw CommandError(exit_refused, run.name + " has ended already",
                           "callflex workflow result " + run.name);
    }
    const bool duplicate = result == SendResult::duplicate;
    if (!session.for_people()) {
        session.print_json({{"run", run.name}, {"delivered", !duplicate}, {"duplicate", duplicate}});
    } else if (duplicate) {
        session.out() << session.style()(Color::yellow, "had been received before") << "  "
                      << harmless(run.name) << '\n';
    } else {
        session.out() << session.style()(Color::green, done) << "  " << harmless(run.name) << '\n';
    }
    return exit_ok;
}

}  // namespace callflex::cli
