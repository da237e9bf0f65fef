#include "api/bench/sleepers.hpp"

#include <fmt/format.h>

#include <pqxx/pqxx>
#include <thread>

#include "api/bench/drain.hpp"
#include "api/bench/statistics.hpp"
#include "api/bench/workers.hpp"
#include "api/bench/workload.hpp"
#include "api/bench/workloads.hpp"
#include "api_sql.hpp"
#include "engine/client/client.hpp"

namespace callflex::bench {
namespace {

constexpr int sleepers_per_commit = 200;

std::int64_t one_number(pqxx::connection& connection, std::string_view statement) {
    return pqxx::nontransaction{connection}.exec(std::string{statement})[0][0].as<std::int64_t>();
}

std::int64_t in_microseconds(std::chrono::microseconds time) {
    return time.count();
}

/// How long `count` runs take from their starts until they sleep, judged by a few of them, with room to spare.
std::chrono::microseconds bedtime(const std::string& url, int count) {
    const int few = std::min(count, 2000);
    const std::int64_t far = database_now(url) + in_microseconds(std::chrono::hours{24});
    const Stopwatch watch;
    start_sleepers(url, "first", few, far);
    wait_until_asleep(url, few, far);
    const std::chrono::duration<double> all{3 * watch.seconds() / few * count};
    return std::chrono::duration_cast<std::chrono::microseconds>(all) + std::chrono::seconds{3};
}

}  // namespace

std::int64_t database_now(const std::string& url) {
    pqxx::connection connection{url};
    return one_number(connection, api::sql::bench_now);
}

void start_sleepers(const std::string& url, const std::string& prefix, int count, std::int64_t at) {
    durable::client::Client client{{.connection_string = url}};
    pqxx::connection connection{url};
    for (int first = 0; first < count; first += sleepers_per_commit) {
        std::vector<durable::store::StartRequest> requests;
        for (int number = first; number < std::min(first + sleepers_per_commit, count); ++number) {
            durable::store::StartRequest request;
            request.workflow = durable::WorkflowId{fmt::format("{}-{}", prefix, number)};
            request.type = sleeper.name;
            request.input = durable::encode(WakeUp{at});
            request.run = client.new_run_id();
            requests.push_back(std::move(request));
        }
        pqxx::work tx{connection};
        client.start_many(tx, requests);
        tx.commit();
    }
}

std::int64_t wait_until_asleep(const std::string& url, int count, std::int64_t at) {
    pqxx::connection connection{url};
    while (true) {
        const std::int64_t asleep = one_number(connection, api::sql::bench_sleeping_runs);
        if (asleep >= count || one_number(connection, api::sql::bench_now) >= at) return asleep;
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
}

Measured measure_sleepers(const Bench& bench) {
    const int count = bench.options.sleepers;
    const auto database = bench.server.make_database("timers");
    const std::string& url = database->url();
    Workers workers{url, 1, register_workloads};
    bench.say("judging how long they take to fall asleep");
    const int few = std::min(count, 2000);
    const std::int64_t at = in_microseconds(bedtime(url, count)) + database_now(url);

    bench.say(fmt::format("{} runs fall asleep", count));
    const Stopwatch falling;
    start_sleepers(url, "sleeper", count, at);
    const std::int64_t asleep = wait_until_asleep(url, few + count, at) - few;
    const double seconds = falling.seconds();
    bench.say("waiting for their moment");
    workers.wait_until_closed(count);
    workers.stop();

    pqxx::connection connection{url};
    const auto row =
        pqxx::nontransaction{connection}.exec_params(std::string{api::sql::bench_woken_runs}, at)[0];
    const auto last = row["last_ms"].as<double>();
    Measured measured{.workload = "timers"};
    measured.figures = {
        {.name = "sleepers", .value = static_cast<double>(count), .unit = "", .label = "runs that sleep"},
        {.name = "asleep_in_time",
         .value = static_cast<double>(std::max<std::int64_t>(asleep, 0)),
         .unit = "",
         .label = "asleep before their moment"},
        {.name = "asleep_per_second",
         .value = count / seconds,
         .unit = "1/s",
         .label = "started and put to sleep a second"},
        {.name = "woken_per_second",
         .value = last > 0 ? count * 1000 / last : 0,
         .unit = "1/s",
         .label = "woken and ended a second",
         .note = "all at the same moment, one worker"},
        {.name = "late_p50_ms", .value = row["p50_ms"].as<double>(), .unit = "ms", .label = "late, p50"},
        {.name = "late_p99_ms", .value = row["p99_ms"].as<double>(), .unit = "ms", .label = "late, p99"},
        {.name = "early",
         .value = row["early"].as<double>(),
         .unit = "",
         .label = "too early",
         .bar = Bar{Bar::Side::at_most, 0}}};
    return measured;
}

}  // namespace callflex::bench
