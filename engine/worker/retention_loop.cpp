#include "engine/worker/retention_loop.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "engine/store/retention.hpp"

namespace durable::worker {
namespace {

constexpr int page = 200;
constexpr int failures_in_a_row_max = 3;

}  // namespace

std::string archive_name(RunId run) {
    std::uint64_t milliseconds = 0;
    for (std::size_t i = 0; i < 6; ++i) milliseconds = milliseconds << 8U | run.value.bytes[i];
    const std::chrono::sys_time<std::chrono::milliseconds> started{
        std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)}};
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(started)};
    return fmt::format("{:04}/{:02}/{}.jsonl.zst", int{day.year()}, unsigned{day.month()},
                       run.value.to_string());
}

RetentionLoop::RetentionLoop(std::string connection_string, RetentionOptions options, Observer observer)
    : connection_string_(std::move(connection_string)),
      options_(std::move(options)),
      observer_(std::move(observer)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

RetentionLoop::~RetentionLoop() {
    thread_.request_stop();
    thread_.join();
}

void RetentionLoop::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const bool may = options_.may_act();
        try {
            if (may) observer_.passed(pass(stop));
        } catch (const std::exception& error) {
            observer_.trouble(std::string{"retention: "} + error.what());
        }
        std::unique_lock lock{mutex_};
        wake_.wait_for(lock, stop, may ? options_.every : std::chrono::milliseconds{20},
                       [] { return false; });
    }
}

RetentionLoop::Pass RetentionLoop::pass(const std::stop_token& stop) {
    Pass pass;
    // A connection a pass: however it ends, the lock goes with it.
    store::SideConnection connection{connection_string_};
    bool ours = false;
    connection.transact([&](pqxx::transaction_base& tx) { ours = store::lock_retention(tx); });
    if (!ours) return pass;
    remove_expired(connection, pass, stop);
    connection.transact([&](pqxx::transaction_base& tx) {
        const double place = std::uniform_real_distribution<double>{}(dice_);
        pass.names_forgotten = store::forget_workflow_ids(tx, options_.names_kept, place);
        pass.payloads_swept = store::sweep_payloads(tx);
    });
    connection.transact([](pqxx::transaction_base& tx) { store::unlock_retention(tx); });
    return pass;
}

void RetentionLoop::remove_expired(store::SideConnection& connection, Pass& pass,
                                   const std::stop_token& stop) {
    Round round;
    bool more = true;
    while (more && !stop.stop_requested()) {
        const bool can_export = options_.archive && !round.given_up;
        const auto exported = can_export ? export_page(connection, pass, round, stop) : std::set<RunId>{};
        connection.transact([&](pqxx::transaction_base& tx) {
            // Asked anew: an export takes its time, and policies may have changed since.
            const auto expired = store::expired_runs(tx, round.after, page, can_export);
            std::vector<RunId> runs;
            for (const store::ExpiredRun& each : expired) {
                if (!each.export_first || exported.contains(each.run)) runs.push_back(each.run);
            }
            if (!runs.empty()) pass.removed += store::forget_runs(tx, runs);
            more = expired.size() == page;
            if (more) round.after = expired.back().run;
        });
    }
    if (!more && !round.given_up) resume_after_.reset();
}

std::set<RunId> RetentionLoop::export_page(store::SideConnection& connection, Pass& pass, Round& round,
                                           const std::stop_token& stop) {
    std::vector<store::ExpiredRun> expired;
    connection.transact(
        [&](pqxx::transaction_base& tx) { expired = store::expired_runs(tx, round.after, page, true); });
    std::set<RunId> exported;
    for (const store::ExpiredRun& each : expired) {
        if (round.given_up || stop.stop_requested()) break;
        if (!each.export_first || (resume_after_ && each.run <= *resume_after_)) continue;
        if (export_run(connection, each.run, pass, stop)) {
            exported.insert(each.run);
            round.failures_in_a_row = 0;
        } else if (++round.failures_in_a_row == failures_in_a_row_max) {
            round.given_up = true;
            resume_after_ = each.run;
        }
    }
    return exported;
}

bool RetentionLoop::export_run(store::SideConnection& connection, RunId run, Pass& pass,
                               const std::stop_token& stop) {
    std::optional<std::string> archive;
    connection.transact([&](pqxx::transaction_base& tx) { archive = store::archive_of(tx, run); });
    // Deleted since by somebody else: nothing to keep, and nothing to remove.
    if (!archive) return true;
    try {
        options_.archive->keep(archive_name(run), *std::move(archive), stop);
    } catch (const std::exception& error) {
        if (stop.stop_requested()) return false;
        ++pass.failed_exports;
        pass.export_trouble = error.what();
        return false;
    }
    ++pass.exported;
    return true;
}

}  // namespace durable::worker
