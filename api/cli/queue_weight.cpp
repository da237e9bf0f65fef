#include <fmt/format.h>

#include <charconv>

#include "api/cli/commands.hpp"
#include "api/cli/queues.hpp"

namespace callflex::cli {
namespace {

struct WeightArguments {
    std::string key;
    std::string weight;
    std::string queue = "default";
    std::string reason;
};

std::optional<double> weight_of(const std::string& text) {
    if (text == "none") return std::nullopt;
    double weight = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight);
    if (error != std::errc{} || end != text.data() + text.size()) {
        throw CommandError(exit_usage, fmt::format("\"{}\" is no weight", text), "a number, or none");
    }
    return weight;
}

}  // namespace

void define_queue_weight(CLI::App& app, Session& session) {
    auto arguments = std::make_shared<WeightArguments>();
    app.add_option("KEY", arguments->key, "The fairness key; a tenant, unless runs name another")->required();
    app.add_option("WEIGHT", arguments->weight, "0.001 to 1000; none: what runs say counts again")
        ->required();
    app.add_option("--queue,-q", arguments->queue, "The queue")->type_name("NAME")->capture_default_str();
    add_reason_option(app, arguments->reason);
    manual(app,
           "Sets how many turns a key's runs get for one turn of a key with weight 1, while more is due than "
           "workers "
           "take. Overrides what runs were started with. JSON: {key, weighted}.",
           {{"callflex queue weight 0198c0de-… 5 --reason 'paid for it'", "five turns for one"},
            {"callflex queue weight 0198c0de-… none --reason 'contract ended'", "as everybody"}});
    app.callback([arguments, &session] {
        const auto weight = weight_of(arguments->weight);
        with_queues(session, [&](QueueClient& client) {
            client.set_weight(arguments->queue, arguments->key, weight, {arguments->reason, identity()});
        });
        session.exit_code = report_act(session, "key", arguments->key, "weighted", true);
    });
}

}  // namespace callflex::cli
