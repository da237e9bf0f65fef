#include "api/bench/floor.hpp"

#include <atomic>
#include <exception>
#include <stdexcept>
#include <thread>

#include "api/bench/statistics.hpp"
#include "api_sql.hpp"
#include "engine/store/id_source.hpp"
#include "engine/store/session.hpp"

namespace callflex::bench {
namespace {

using durable::store::BinaryArray;
using durable::store::Params;
using durable::store::Session;

durable::store::SessionOptions session_options(const FloorOptions& options) {
    durable::store::SessionOptions session;
    session.connection_string = options.database_url;
    session.application_name = "callflex bench floor";
    session.hot_plans = true;
    session.deadline = std::chrono::seconds{60};
    return session;
}

void write_live_rows(const FloorOptions& options, const std::vector<durable::RunId>& runs) {
    Session session{session_options(options), {}};
    BinaryArray ids{BinaryArray::Of::uuid};
    for (const auto& run : runs) ids.add(run.value);
    Params params;
    params.add(ids);
    session.run({{"bench_floor_live_rows", api::sql::bench_floor_live_rows}, std::move(params)});
}

/// One batch: activation `number` of the runs [from, to).
Params batch_of(const FloorOptions& options, const std::vector<durable::RunId>& runs, std::size_t from,
                std::size_t to, std::size_t number) {
    const durable::store::HistoryRow& row = options.rows[number];
    BinaryArray ids{BinaryArray::Of::uuid};
    BinaryArray expected{BinaryArray::Of::int32};
    BinaryArray next{BinaryArray::Of::int32};
    BinaryArray first{BinaryArray::Of::int32};
    BinaryArray events{BinaryArray::Of::int32};
    BinaryArray bytes{BinaryArray::Of::bytes};
    for (std::size_t run = from; run < to; ++run) {
        ids.add(runs[run].value);
        expected.add(static_cast<std::int32_t>(number + 1));
        next.add(row.first_event.value + row.events);
        first.add(row.first_event.value);
        events.add(row.events);
        bytes.add(std::string_view{row.bytes});
    }
    Params params;
    params.add(ids).add(expected).add(next).add(first).add(events).add(bytes);
    return params;
}

/// Writes every row of the runs [from, to), batch by batch, activation by activation.
void write_share(const FloorOptions& options, const std::vector<durable::RunId>& runs, std::size_t from,
                 std::size_t to) {
    Session session{session_options(options), {}};
    const auto batch = static_cast<std::size_t>(options.batch);
    for (std::size_t number = 0; number < options.rows.size(); ++number) {
        for (std::size_t start = from; start < to; start += batch) {
            const std::size_t end = std::min(start + batch, to);
            const auto rows = session.run({{"bench_floor_write", api::sql::bench_floor_write},
                                           batch_of(options, runs, start, end, number)});
            if (rows.int64(0, 0) != static_cast<std::int64_t>(end - start)) {
                throw std::runtime_error("the floor lost a fence: somebody else writes to its database");
            }
        }
    }
}

}  // namespace

double measure_floor(const FloorOptions& options) {
    durable::store::IdSource ids;
    std::vector<durable::RunId> runs;
    for (int i = 0; i < options.runs; ++i) runs.push_back(ids.run_id());
    write_live_rows(options, runs);

    const auto share =
        static_cast<std::size_t>((options.runs + options.connections - 1) / options.connections);
    std::vector<std::exception_ptr> failures(static_cast<std::size_t>(options.connections));
    const Stopwatch watch;
    {
        std::vector<std::jthread> writers;
        for (std::size_t writer = 0; writer < failures.size(); ++writer) {
            writers.emplace_back([&, writer] {
                try {
                    write_share(options, runs, writer * share, std::min((writer + 1) * share, runs.size()));
                } catch (...) {
                    failures[writer] = std::current_exception();
                }
            });
        }
    }
    const double seconds = watch.seconds();
    for (const auto& failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
    return static_cast<double>(runs.size() * options.rows.size()) / seconds;
}

}  // namespace callflex::bench
