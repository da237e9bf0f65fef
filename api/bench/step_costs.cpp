#include "api/bench/step_costs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <pqxx/pqxx>

#include "api/bench/statistics.hpp"
#include "api_sql.hpp"

namespace callflex::bench {
namespace {

constexpr std::size_t longest_name = 90;
constexpr double least_share = 0.01;

struct StepTimes {
    std::vector<std::string> order;
    std::map<std::string, std::vector<double>> milliseconds;
};

void add_run(StepTimes& times, const durable::history::History& run) {
    struct Scheduled {
        std::string type;
        durable::Timestamp at;
    };
    std::map<std::int32_t, Scheduled> open;
    for (const auto& activation : run) {
        for (const auto& event : activation.arrived) {
            const auto* completed = std::get_if<durable::history::ActivityCompleted>(&event);
            if (completed == nullptr) continue;
            const Scheduled& step = open.at(completed->scheduled.value);
            const std::chrono::duration<double, std::milli> took = activation.time - step.at;
            auto& known = times.milliseconds[step.type];
            if (known.empty()) times.order.push_back(step.type);
            known.push_back(took.count());
        }
        auto id = activation.first_event.value + static_cast<std::int32_t>(activation.arrived.size());
        for (const auto& command : activation.commands) {
            if (const auto* step = std::get_if<durable::history::ActivityScheduled>(&command)) {
                open[id] = {step->type, activation.time};
            }
            ++id;
        }
    }
}

/// "-- Appends activations to histories." -> "Appends activations to histories."; without a comment its first words.
std::string name_of(const std::string& statement) {
    const std::size_t begin = statement.find_first_not_of("- \n\t");
    if (begin == std::string::npos) return "";
    std::string line = statement.substr(begin, statement.find('\n', begin) - begin);
    if (statement.compare(0, 2, "--") == 0) line = line.substr(0, line.find(": "));
    if (const auto stop = line.find(". "); stop != std::string::npos) line.resize(stop);
    if (line.size() > longest_name) line.resize(longest_name);
    return line;
}

struct Cost {
    double calls = 0;
    double milliseconds = 0;
    double wal_bytes = 0;
    double buffers = 0;

    Cost& operator+=(const Cost& other) {
        calls += other.calls;
        milliseconds += other.milliseconds;
        wal_bytes += other.wal_bytes;
        buffers += other.buffers;
        return *this;
    }
    [[nodiscard]] Json a_run(const std::string& statement, double runs) const {
        return {{"statement", statement},
                {"calls_a_run", calls / runs},
                {"ms_a_run", milliseconds / runs},
                {"wal_bytes_a_run", wal_bytes / runs},
                {"buffers_a_run", buffers / runs}};
    }
};

}  // namespace

Json step_times(const std::vector<durable::history::History>& runs) {
    StepTimes times;
    for (const auto& run : runs) add_run(times, run);
    Json rows = Json::array();
    for (const auto& step : times.order) {
        const auto& samples = times.milliseconds.at(step);
        rows.push_back(
            {{"step", step},
             {"times_a_run", static_cast<double>(samples.size()) / static_cast<double>(runs.size())},
             {"median_ms", median(samples)}});
    }
    return rows;
}

StatementCosts::StatementCosts(const BenchDatabase& database) : url_(database.url()) {
    pqxx::connection connection{url_};
    pqxx::nontransaction statements{connection};
    statements.exec(std::string{api::sql::bench_create_statements});
    statements.exec(fmt::format(fmt::runtime(api::sql::bench_track_statements), database.name()));
}

void StatementCosts::reset() {
    pqxx::connection connection{url_};
    pqxx::nontransaction{connection}.exec(std::string{api::sql::bench_reset_statements});
}

Json StatementCosts::a_run(double runs) const {
    pqxx::connection connection{url_};
    std::vector<std::pair<std::string, Cost>> costs;
    std::map<std::string, std::size_t> known;
    Cost all;
    for (const auto& row :
         pqxx::nontransaction{connection}.exec(std::string{api::sql::bench_statement_costs})) {
        const Cost cost{.calls = row["calls"].as<double>(),
                        .milliseconds = row["milliseconds"].as<double>(),
                        .wal_bytes = row["wal_bytes"].as<double>(),
                        .buffers = row["buffers"].as<double>()};
        const std::string name = name_of(row["query"].as<std::string>());
        const auto [place, is_new] = known.emplace(name, costs.size());
        if (is_new) costs.emplace_back(name, Cost{});
        costs[place->second].second += cost;
        all += cost;
    }
    std::ranges::sort(costs, [](const auto& one, const auto& other) {
        return one.second.milliseconds > other.second.milliseconds;
    });
    Json rows = Json::array();
    Cost rest;
    for (const auto& [name, cost] : costs) {
        if (cost.milliseconds < least_share * all.milliseconds) {
            rest += cost;
        } else {
            rows.push_back(cost.a_run(name, runs));
        }
    }
    rows.push_back(rest.a_run("everything else", runs));
    rows.push_back(all.a_run("in all", runs));
    return rows;
}

}  // namespace callflex::bench
