#include "api/cli/queues.hpp"

#include <fmt/format.h>

#include "engine/client/human_time.hpp"
#include "engine/store/workers.hpp"

namespace callflex::cli {

using durable::client::iso_time;

void with_queues(const Session& session, const std::function<void(QueueClient&)>& act) {
    QueueClient client{{.connection_string = session.database_url(),
                        .connections_max = 1,
                        .patience = std::chrono::milliseconds{2000}}};
    try {
        act(client);
    } catch (const std::invalid_argument& error) {
        throw CommandError(exit_usage, error.what());
    }
}

void add_reason_option(CLI::App& app, std::string& reason) {
    app.add_option("--reason,-r", reason, "Why; recorded in the audit trail")->type_name("TEXT")->required();
}

int report_act(const Session& session, const std::string& kind, const std::string& target,
               const std::string& what, bool done) {
    if (!session.for_people()) {
        session.print_json({{kind, target}, {what, done}});
        return exit_ok;
    }
    const std::string text = done ? what : "was " + what + " already";
    session.out() << session.style()(done ? Color::green : Color::yellow, text) << "  " << harmless(target)
                  << '\n';
    return exit_ok;
}

namespace {

Json to_json(const durable::store::Backlog& backlog) {
    Json json{{"due", backlog.due}, {"later", backlog.later}, {"held", backlog.held}};
    if (backlog.oldest_due) json["oldest_due"] = iso_time(*backlog.oldest_due);
    return json;
}

}  // namespace

Json to_json(const durable::store::QueueInfo& queue) {
    Json json{{"queue", queue.queue}};
    if (queue.paused) {
        json["paused"] = {{"since", iso_time(queue.paused->since)},
                          {"identity", queue.paused->identity},
                          {"reason", queue.paused->reason}};
    }
    json["runs"] = to_json(queue.runs);
    json["rows"] = to_json(queue.rows);
    json["workers"] = queue.workers;
    json["per_second"] = {{"runs_started", queue.rates.runs_started},
                          {"runs_claimed", queue.rates.runs_claimed},
                          {"runs_closed", queue.rates.runs_closed},
                          {"rows_claimed", queue.rates.rows_claimed}};
    return json;
}

Json to_json(const durable::store::SemaphoreInfo& semaphore) {
    Json json{{"resource", semaphore.resource},
              {"capacity", semaphore.capacity},
              {"held", semaphore.held},
              {"holders", semaphore.holders},
              {"waiting", semaphore.waiting}};
    if (semaphore.oldest_waiting) json["oldest_waiting"] = iso_time(*semaphore.oldest_waiting);
    return json;
}

Json to_json(const durable::store::LiveWorker& worker) {
    Json json{{"number", worker.number.value},
              {"name", worker.name},
              {"build", worker.build},
              {"queue", worker.queue},
              {"started_at", iso_time(worker.started_at)},
              {"lease_until", iso_time(worker.lease_until)}};
    if (!worker.state) return json;
    const auto& state = *worker.state;
    json["runs"] = {{"held", state.runs_held}, {"most", state.runs_max}};
    json["async_slots"] = {{"used", state.async_used}, {"most", state.async_slots}};
    json["transactional_slots"] = {{"used", state.transactional_used}, {"most", state.transactional_slots}};
    if (state.last_claim_at) json["last_claim_at"] = iso_time(*state.last_claim_at);
    json["per_second"] = {{"runs_claimed", state.runs_claimed_per_second},
                          {"rows_claimed", state.rows_claimed_per_second},
                          {"runs_closed", state.runs_closed_per_second}};
    return json;
}

std::string rate_text(double per_second) {
    constexpr double least = 1.0 / 30;
    if (per_second < least) return "";
    return per_second < 10 ? fmt::format("{:.1f}", per_second) : fmt::format("{:.0f}", per_second);
}

}  // namespace callflex::cli
