#include "api/cli/watch.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "api/cli/arguments.hpp"

namespace callflex::cli {
namespace {

constexpr durable::Duration shortest = std::chrono::milliseconds{50};
/// Cursor home, and everything below it cleared: without the flicker of clearing first.
constexpr const char* top_of_screen = "\x1b[H\x1b[J";

}  // namespace

void add_watch_arguments(CLI::App& app, WatchArguments& watch) {
    app.add_flag("--watch", watch.watch, "Show it again and again, until interrupted");
    app.add_option("--every", watch.every, "With --watch: how often")
        ->type_name("TIME")
        ->capture_default_str();
    app.add_option("--rounds", watch.rounds, "With --watch: stop after so many [never]")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000));
}

int watched(Session& session, const WatchArguments& watch, const std::function<int(bool& over)>& show) {
    bool over = false;
    if (!watch.watch) return show(over);
    const auto pause = std::max(parse_duration(watch.every), shortest);
    const bool redraw = session.out_is_terminal() && session.for_people();
    for (int round = 1;; ++round) {
        if (redraw) session.out() << top_of_screen;
        const int code = show(over);
        session.out() << std::flush;
        if (over || round == watch.rounds) return code;
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace callflex::cli
