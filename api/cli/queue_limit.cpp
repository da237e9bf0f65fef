#include <fmt/format.h>

#include <charconv>

#include "api/cli/commands.hpp"
#include "api/cli/queues.hpp"

namespace callflex::cli {
namespace {

struct LimitArguments {
    std::string key;
    std::string rate;
    durable::store::LimitFigures figures;
    std::string reason;
    bool clear = false;
};

/// "5/s", "30/min", "100/h"; a number alone is a second's. Throws CommandError.
double per_second_of(const std::string& text) {
    const auto slash = text.find('/');
    const std::string_view figure = std::string_view{text}.substr(0, slash);
    const std::string unit = slash == std::string::npos ? "s" : text.substr(slash + 1);
    double number = 0;
    const auto [end, error] = std::from_chars(figure.data(), figure.data() + figure.size(), number);
    double seconds = 0;
    if (unit == "s") seconds = 1;
    if (unit == "m" || unit == "min") seconds = 60;
    if (unit == "h") seconds = 3600;
    if (error != std::errc{} || end != figure.data() + figure.size() || seconds == 0) {
        throw CommandError(exit_usage, fmt::format("\"{}\" is no rate", text), "5/s, 30/min or 100/h");
    }
    return number / seconds;
}

int limit(Session& session, const LimitArguments& arguments) {
    const durable::client::OperatorAct act{arguments.reason, identity()};
    auto figures = arguments.figures;
    if (!arguments.rate.empty()) figures.per_second = per_second_of(arguments.rate);
    bool done = true;
    with_queues(session, [&](QueueClient& client) {
        if (arguments.clear) {
            done = client.clear_limit(arguments.key, act);
        } else {
            client.set_limit(arguments.key, figures, act);
        }
    });
    return report_act(session, "key", arguments.key, arguments.clear ? "cleared" : "limited", done);
}

}  // namespace

void define_queue_limit(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<LimitArguments>();
    app.add_option("KEY", arguments->key, "The limit key, as queue limits shows it")->required();
    auto* const concurrency =
        app.add_option("--concurrency,-c", arguments->figures.concurrency, "So many attempts at once")
            ->type_name("N")
            ->check(CLI::Range(1, 1'000'000));
    auto* const rate =
        app.add_option("--rate", arguments->rate, "So many starts: 5/s, 30/min, 100/h")->type_name("RATE");
    auto* const burst = app.add_option("--burst", arguments->figures.burst,
                                       "With --rate: so many of them at one moment [what code says, else 1]")
                            ->type_name("N")
                            ->needs(rate)
                            ->check(CLI::Range(1, 1'000'000));
    app.add_flag("--clear", arguments->clear, "What the code says counts again")
        ->excludes(concurrency)
        ->excludes(rate)
        ->excludes(burst);
    add_reason_option(app, arguments->reason);
    manual(app,
           "Sets how many activities with a limit key run at once, or start in a second, instead of what the "
           "code says, until it is cleared; at once, without a deployment. What is not named stays as the "
           "code "
           "says. Attempts that run already go on. JSON: {key, limited} or {key, cleared}.",
           {{"callflex queue limit twilio --rate 30/min --reason 'vendor outage, ticket 12'", "go slowly"},
            {"callflex queue limit twilio --clear --reason 'vendor is back'", "as the code says"}});
    app.callback([arguments, &session] { session.exit_code = limit(session, *arguments); });
}

}  // namespace callflex::cli
