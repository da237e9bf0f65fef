#include "api/cli/progress.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

#include "api/cli/arguments.hpp"
#include "api/cli/run_json.hpp"
#include "engine/client/human_time.hpp"

namespace callflex::cli {

using std::chrono::seconds;

Progress::Progress(const Session& session, const std::string& what) : session_(session) {
    if (!session.err_is_terminal()) return;
    thread_ = std::jthread([this, what = harmless(what)](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any never;
        for (seconds elapsed{1};; ++elapsed) {
            std::unique_lock lock(mutex);
            never.wait_for(lock, stop, seconds{1}, [] { return false; });
            if (stop.stop_requested()) return;
            shown_ = true;
            const auto line = fmt::format("{} … {}", what, durable::client::human_duration(elapsed));
            session_.err() << "\r\x1b[K" << session_.err_style()(Color::dim, line) << std::flush;
        }
    });
}

Progress::~Progress() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
    if (shown_) session_.err() << "\r\x1b[K" << std::flush;
}

durable::client::RunResult wait_with_progress(Session& session, const durable::client::RunRef& run,
                                              const std::string& timeout) {
    const auto patience =
        timeout.empty() ? durable::Duration{std::chrono::years{1}} : parse_duration(timeout);
    const Progress progress(session, "waiting for the run to end");
    try {
        return session.client().wait_result(run, std::chrono::ceil<std::chrono::milliseconds>(patience));
    } catch (const durable::client::WaitTimedOut&) {
        throw durable::client::WaitTimedOut("the run still goes on after " +
                                            durable::client::human_duration(patience));
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
