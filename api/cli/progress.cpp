#include "api/cli/progress.hpp"

#include <fmt/format.h>

#include "api/cli/arguments.hpp"
#include "api/cli/run_json.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

Progress::~Progress() {
    if (shown_) session_.err() << "\r\x1b[K" << std::flush;
}

void Progress::tick() {
    const auto elapsed = std::chrono::floor<seconds>(Clock::now() - begun_);
    if (!session_.err_is_terminal() || elapsed < seconds{1}) return;
    shown_ = true;
    session_.err() << "\r\x1b[K"
                   << session_.err_style()(Color::dim, fmt::format("{} … {}", harmless(what_),
                                                                   durable::client::human_duration(elapsed)))
                   << std::flush;
}

durable::client::RunResult wait_with_progress(Session& session, const durable::client::RunRef& run,
                                              const std::string& timeout) {
    Progress progress(session, "waiting for the run to end");
    const auto patience =
        timeout.empty() ? durable::Duration{std::chrono::years{1}} : parse_duration(timeout);
    const auto give_up = Clock::now() + patience;
    while (true) {
        const auto left = std::chrono::ceil<milliseconds>(give_up - Clock::now());
        const bool last = left <= seconds{1};
        try {
            return session.client().wait_result(run,
                                                last ? std::max(left, milliseconds{0}) : milliseconds{1000});
        } catch (const durable::client::WaitTimedOut&) {
            if (last) {
                throw durable::client::WaitTimedOut("the run still goes on after " +
                                                    durable::client::human_duration(patience));
            }
        }
        progress.tick();
    }
}

int print_result(const Session& session, const durable::client::RunResult& ended) {
    const bool completed = ended.status == durable::replay::RunStatus::completed;
    if (!session.for_people()) {
        Json json{{"run_id", ended.run.value.to_string()},
                  {"status", durable::replay::to_string(ended.status)}};
        if (completed) json["result"] = to_json(ended.result);
        if (ended.failure) json["failure"] = to_json(*ended.failure);
        session.print_json(json);
    } else if (completed) {
        session.print_json(to_json(ended.result));
    } else {
        const auto style = session.err_style();
        session.err() << style(Color::red,
                               fmt::format("the run ended as {}", durable::replay::to_string(ended.status)))
                      << (ended.failure ? ": " + harmless(ended.failure->to_string()) : std::string{})
                      << '\n';
    }
    return completed ? exit_ok : exit_failed;
}

}  // namespace callflex::cli
