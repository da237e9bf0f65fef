// The product for as long as it is told, in processes of its own, at half of what this machine can do: what grows?

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <pqxx/pqxx>
#include <thread>

#include "api/bench/call_speed.hpp"
#include "api/bench/drain.hpp"
#include "api/bench/product.hpp"
#include "api/bench/product_worker.hpp"
#include "api/bench/scratch_folder.hpp"
#include "api/bench/statistics.hpp"
#include "api/bench/workload.hpp"
#include "api/dev/household.hpp"
#include "api/dev/keys.hpp"
#include "api_sql.hpp"

namespace callflex::bench {
namespace {

/// One a minute of an hour. By the tenth caches, pools and tables have the size that the load asks for.
constexpr int samples_taken = 60;
constexpr int samples_until_settled = 10;
/// So many are averaged at either end: long enough for several rounds of the autovacuum, after each of which tables and
/// claims begin to grow anew.
constexpr int samples_compared = 15;
/// In less than that, what settles cannot be told from what grows.
constexpr std::chrono::minutes shortest_verdict{30};
constexpr int load_connections = 8;

struct Sample {
    double seconds = 0;  ///< since the beginning
    double worker_bytes = 0;
    double ingress_bytes = 0;
    double live_bytes = 0;  ///< tables whose rows come and go, with their indexes
    double open = 0;        ///< runs
    // Since the beginning
    double closed = 0;
    double pages = 0;
    double claim_pages = 0;
};

/// What is sampled, and by whom.
class Watch {
  public:
    Watch(const BenchServer& server, const BenchDatabase& database, Supervisor& processes)
        : server_(server), database_(database), processes_(processes), connection_(database.url()) {}

    [[nodiscard]] Sample sample() {
        for (const auto& died : processes_.tend())
            throw std::runtime_error(fmt::format("{} ended during the soak: {}", died.name, died.how));
        Sample sample;
        sample.seconds = since_.seconds();
        for (const auto& [name, pid] : processes_.running()) {
            if (name == "ingress") sample.ingress_bytes = static_cast<double>(memory_of(pid));
            if (name == "worker-1") sample.worker_bytes = static_cast<double>(memory_of(pid));
        }
        const auto row = pqxx::nontransaction{connection_}.exec1(std::string{api::sql::bench_soak_sample});
        sample.closed = row["closed"].as<double>();
        sample.open = row["open"].as<double>();
        sample.claim_pages = row["claim_pages"].as<double>();
        sample.live_bytes = row["live_bytes"].as<double>();
        sample.pages = static_cast<double>(server_.counters(database_).buffers);
        return sample;
    }

  private:
    const BenchServer& server_;
    const BenchDatabase& database_;
    Supervisor& processes_;
    pqxx::connection connection_;
    Stopwatch since_;
};

/// The end of a soak beside what it was once all had settled.
class Comparison {
  public:
    explicit Comparison(const std::vector<Sample>& samples)
        : early_{samples.begin() + samples_until_settled,
                 samples.begin() + samples_until_settled + samples_compared},
          late_{samples.end() - samples_compared, samples.end()} {}

    /// In per cent of the early value.
    [[nodiscard]] double growth(double Sample::* member) const {
        return percent(mean(late_, member), mean(early_, member));
    }
    /// The same for what a closed run costs.
    [[nodiscard]] double growth_a_run(double Sample::* member) const {
        return percent(a_run(late_, member), a_run(early_, member));
    }
    [[nodiscard]] double at_the_end(double Sample::* member) const { return mean(late_, member); }
    [[nodiscard]] double a_run_at_the_end(double Sample::* member) const { return a_run(late_, member); }

  private:
    using Samples = std::vector<Sample>;
    static double percent(double late, double early) { return early > 0 ? 100 * (late / early - 1) : 0; }
    static double mean(const Samples& samples, double Sample::* member) {
        double sum = 0;
        for (const Sample& sample : samples) sum += sample.*member;
        return sum / static_cast<double>(samples.size());
    }
    static double a_run(const Samples& samples, double Sample::* member) {
        const double runs = samples.back().closed - samples.front().closed;
        return runs > 0 ? (samples.back().*member - samples.front().*member) / runs : 0;
    }

    Samples early_, late_;
};

std::map<std::string, std::string> environment(const ProductPlaces& places, int ingress_port) {
    auto settings = product_settings(places);
    settings["CALLFLEX_CONFIG"] = "/dev/null";
    settings["DATABASE_URL"] = places.database_url;
    settings["CALLFLEX_STORAGE_ROOT"] = places.recordings.string();
    settings["API_URL"] = fmt::format("http://127.0.0.1:{}", ingress_port);
    return settings;
}

Json row_of(const Sample& sample) {
    const auto megabytes = [](double bytes) { return std::round(bytes / 1e5) / 10; };
    return {{"minute", std::round(sample.seconds / 6) / 10},
            {"runs_closed", sample.closed},
            {"open", sample.open},
            {"worker_mb", megabytes(sample.worker_bytes)},
            {"ingress_mb", megabytes(sample.ingress_bytes)},
            {"live_tables_mb", megabytes(sample.live_bytes)}};
}

Measured soak_figures(const std::vector<Sample>& samples, double per_second, std::size_t acknowledged,
                      std::int64_t processed) {
    const Comparison compared{samples};
    const bool long_enough = samples.back().seconds >= std::chrono::seconds{shortest_verdict}.count();
    const auto grows = [&](const std::string& name, double percent, const std::string& label, double most,
                           const std::string& note) {
        Figure figure{.name = name, .value = percent, .unit = "%", .label = label, .note = note};
        if (long_enough) figure.bar = Bar{Bar::Side::below, most};
        return figure;
    };
    const auto megabytes = [&](double Sample::* member) {
        return fmt::format("to {:.0f} MB", compared.at_the_end(member) / 1e6);
    };
    const auto pages = [&](double Sample::* member) {
        return fmt::format("to {:.1f} a run", compared.a_run_at_the_end(member));
    };
    Measured measured{.workload = "soak"};
    measured.figures = {
        {.name = "calls_per_second", .value = per_second, .unit = "1/s", .label = "calls ended a second"},
        {.name = "calls", .value = static_cast<double>(acknowledged), .unit = "", .label = "calls reported"},
        {.name = "lost",
         .value = static_cast<double>(acknowledged) - static_cast<double>(processed),
         .unit = "",
         .label = "acknowledged and not processed",
         .bar = Bar{Bar::Side::at_most, 0}},
        grows("worker_growth_percent", compared.growth(&Sample::worker_bytes), "memory, worker", 5,
              megabytes(&Sample::worker_bytes)),
        grows("ingress_growth_percent", compared.growth(&Sample::ingress_bytes), "memory, ingress", 5,
              megabytes(&Sample::ingress_bytes)),
        grows("live_tables_growth_percent", compared.growth(&Sample::live_bytes),
              "tables whose rows come and go", 10, megabytes(&Sample::live_bytes)),
        grows("claim_growth_percent", compared.growth_a_run(&Sample::claim_pages), "pages looked at to claim",
              10, pages(&Sample::claim_pages)),
        grows("pages_growth_percent", compared.growth_a_run(&Sample::pages), "pages looked at in all", 10,
              pages(&Sample::pages))};
    Json rows = Json::array();
    for (const Sample& sample : samples) rows.push_back(row_of(sample));
    measured.listings.push_back(
        {.name = "samples", .title = "What there was in the course of time", .rows = std::move(rows)});
    return measured;
}

/// From the first report to the end of the last run, all that these processes have to do included.
double most_per_second(IngressLoadOptions reports, int calls, const std::string& database_url) {
    reports.reports = static_cast<std::size_t>(calls);
    reports.duration = std::chrono::hours{1};
    const Stopwatch watch;
    static_cast<void>(run_ingress_load(reports));
    wait_until_drained(database_url);
    return calls / watch.seconds();
}

}  // namespace

Measured measure_soak(const Bench& bench) {
    const auto database = bench.server.make_database("soak");
    const ScratchFolder folder;
    const int sandbox_port = free_port();
    const ProductPlaces places{.database_url = database->url(),
                               .sandbox_url = fmt::format("http://127.0.0.1:{}", sandbox_port),
                               .secrets_key = dev_secrets_key({}, true),
                               .recordings = folder.path() / "recordings"};
    const auto reporters = seed_customers(places.database_url, places.secrets_key, places.sandbox_url);
    const int ingress_port = free_port();
    Household household{{.program = bench.options.program,
                         .logs = folder.path(),
                         .database_url = places.database_url,
                         .sandbox_port = sandbox_port,
                         .ingress_port = ingress_port,
                         .environment = environment(places, ingress_port)}};

    const IngressLoadOptions reports{.port = static_cast<std::uint16_t>(ingress_port),
                                     .reporters = reporters,
                                     .connections = load_connections,
                                     .recordings_url = places.sandbox_url + "/vapi/recordings",
                                     .distinct_callers = true};
    bench.say(fmt::format("how much this machine can do: {} calls at once", bench.options.calls));
    const double per_second = most_per_second(reports, bench.options.calls, places.database_url) / 2;
    const std::int64_t before = ended_calls(places.database_url);

    const std::chrono::milliseconds length = std::chrono::seconds{bench.options.soak_seconds};
    auto load = std::async(std::launch::async, [&] {
        IngressLoadOptions steady = reports;
        steady.duration = length;
        steady.per_second = per_second;
        return run_ingress_load(steady);
    });
    Watch watch{bench.server, *database, household.supervisor()};
    std::vector<Sample> samples;
    while (static_cast<int>(samples.size()) < samples_taken) {
        std::this_thread::sleep_for(length / samples_taken);
        samples.push_back(watch.sample());
        const Sample& now = samples.back();
        bench.say(
            fmt::format("{:.0f} of {} s at {:.0f} calls a second: {:.0f} runs open, worker {:.0f} MB, live "
                        "tables {:.1f} MB",
                        now.seconds, bench.options.soak_seconds, per_second, now.open, now.worker_bytes / 1e6,
                        now.live_bytes / 1e6));
    }
    const std::size_t acknowledged = load.get().acknowledged.size();
    bench.say("the last calls are processed");
    wait_until_drained(places.database_url);
    const std::int64_t processed = ended_calls(places.database_url) - before;
    household.supervisor().stop(std::chrono::seconds{15});
    return soak_figures(samples, per_second, acknowledged, processed);
}

}  // namespace callflex::bench
