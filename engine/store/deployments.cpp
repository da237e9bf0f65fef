#include "engine/store/deployments.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

#include "engine/store/audit.hpp"
#include "engine/store/field_values.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine/workflow/codec.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

std::optional<std::string> text_or_none(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return field.as<std::string>();
}

std::string array_of(const std::vector<std::string>& texts) {
    TextArray array;
    for (const std::string& text : texts) array.add(text);
    return array.literal();
}

Deployment deployment(const std::string& queue, const pqxx::row& row) {
    Deployment found;
    found.queue = queue;
    found.current = row["current_build"].as<std::string>();
    found.ramping = text_or_none(row["ramping_build"]);
    if (found.ramping) found.percent = row["ramp_percent"].as<int>();
    found.changed_at = moment(row["changed_at"]);
    return found;
}

BuildInfo::State state_of(const pqxx::row& row, std::int64_t pinned_runs) {
    if (row["is_current"].as<bool>()) return BuildInfo::State::current;
    if (row["is_ramping"].as<bool>()) return BuildInfo::State::ramping;
    if (pinned_runs > 0) return BuildInfo::State::draining;
    return row["let_in_at"].is_null() ? BuildInfo::State::waiting : BuildInfo::State::drained;
}

BuildInfo build_info(const pqxx::row& row) {
    BuildInfo info;
    info.build = row["build"].as<std::string>();
    info.pinned_runs = row["pinned_runs"].as<std::int64_t>();
    info.ramped_runs = row["ramped_runs"].as<std::int64_t>();
    info.state = state_of(row, info.pinned_runs);
    if (info.state == BuildInfo::State::ramping) info.percent = row["ramp_percent"].as<int>();
    info.workers = row["workers"].as<int>();
    info.let_in_at = moment_or_none(row["let_in_at"]);
    info.left_at = moment_or_none(row["left_at"]);
    info.forced = text_or_none(row["forced"]);
    if (!row["verdict_at"].is_null()) {
        info.verdict = BuildInfo::Judged{row["verdict_passed"].as<bool>(), moment(row["verdict_at"]),
                                         row["open_runs"].as<int>(), row["broken_runs"].as<int>(),
                                         row["closed_broken"].as<int>()};
    }
    return info;
}

void leave_trace(pqxx::transaction_base& tx, const std::string& verb, const std::string& queue,
                 const std::string& build, int percent, const Act& act) {
    audit(tx, {act.identity, verb, queue, act.reason,
               fmt::format(R"({{"build":{},"percent":{}}})", encode(build).json, percent)});
}

void route(pqxx::transaction_base& tx, const Deployment& to) {
    const std::optional<std::string> percent =
        to.ramping ? std::optional{std::to_string(to.percent)} : std::nullopt;
    tx.exec_params(std::string{sql::route_queue}, to.queue, to.current, or_null(to.ramping),
                   or_null(percent));
}

std::optional<Deployment> lock_deployment(pqxx::transaction_base& tx, const std::string& queue) {
    const auto found = tx.exec_params(std::string{sql::lock_deployment}, queue);
    if (found.empty()) return std::nullopt;
    return deployment(queue, found[0]);
}

void must_make_sense(const Promotion& promotion) {
    if (promotion.build.empty()) throw std::invalid_argument("a promotion needs a build");
    if (promotion.percent < 1 || promotion.percent > 100)
        throw std::invalid_argument("a ramp has 1 to 100 per cent");
    if (promotion.force && promotion.act.reason.empty())
        throw std::invalid_argument("a promotion by force needs a reason");
}

std::string hours(Duration duration) {
    return fmt::format("{} h", std::chrono::duration_cast<std::chrono::hours>(duration).count());
}

/// Why the verdict does not let the build in; nothing if it does.
std::optional<Promoted> objection(const std::optional<KnownVerdict>& verdict, const Promotion& promotion) {
    using Outcome = Promoted::Outcome;
    const auto refuse = [](Outcome outcome, std::string detail) {
        return Promoted{outcome, std::move(detail), {}};
    };
    const std::string& build = promotion.build;
    if (!verdict) return refuse(Outcome::no_verdict, fmt::format("build {} has not been checked", build));
    if (!verdict->passed) {
        return refuse(Outcome::bad_verdict, fmt::format("{} of {} open runs break under build {}",
                                                        verdict->broken_runs, verdict->open_runs, build));
    }
    if (verdict->now - verdict->at > promotion.verdict_age_max) {
        return refuse(Outcome::stale_verdict, fmt::format("the verdict on build {} is {} old", build,
                                                          hours(verdict->now - verdict->at)));
    }
    if (verdict->new_type) {
        return refuse(Outcome::stale_verdict,
                      fmt::format("since build {} was checked, the first run of {} has begun", build,
                                  *verdict->new_type));
    }
    if (verdict->new_build) {
        return refuse(Outcome::stale_verdict,
                      fmt::format("since build {} was checked, workers of build {} have begun to record",
                                  build, *verdict->new_build));
    }
    return std::nullopt;
}

bool has_workers(pqxx::transaction_base& tx, const Promotion& promotion) {
    return tx.exec_params(std::string{sql::workers_of_build}, promotion.queue, promotion.build)[0][0]
               .as<int>() > 0;
}

/// Where the promotion leads; nothing if there is no current build beside which to ramp.
std::optional<Deployment> destination(const std::optional<Deployment>& before, const Promotion& promotion) {
    Deployment after;
    after.queue = promotion.queue;
    if (promotion.percent == 100) {
        after.current = promotion.build;
        return after;
    }
    if (!before || before->current == promotion.build) return std::nullopt;
    after.current = before->current;
    after.ramping = promotion.build;
    after.percent = promotion.percent;
    return after;
}

}  // namespace

std::string_view to_string(BuildInfo::State state) {
    static constexpr std::array<std::string_view, 5> names{"current", "ramping", "draining", "drained",
                                                           "waiting"};
    return names.at(static_cast<std::size_t>(state));
}

std::int64_t record_verdict(pqxx::transaction_base& tx, const NewVerdict& verdict) {
    const auto row = tx.exec_params(std::string{sql::insert_verdict}, verdict.queue, verdict.build,
                                    std::to_string(verdict.at.time_since_epoch().count()), verdict.open_runs,
                                    verdict.broken_runs, verdict.closed_runs, verdict.closed_broken,
                                    array_of(verdict.types), array_of(verdict.builds), verdict.breakages);
    return row[0][0].as<std::int64_t>();
}

std::optional<KnownVerdict> verdict_on(pqxx::transaction_base& tx, const std::string& queue,
                                       const std::string& build) {
    const auto rows = tx.exec_params(std::string{sql::verdict_on_build}, queue, build);
    if (rows.empty()) return std::nullopt;
    const pqxx::row row = rows[0];
    KnownVerdict known;
    known.number = row["verdict_no"].as<std::int64_t>();
    known.at = moment(row["at"]);
    known.now = moment(row["now"]);
    known.passed = row["passed"].as<bool>();
    known.open_runs = row["open_runs"].as<int>();
    known.broken_runs = row["broken_runs"].as<int>();
    known.closed_broken = row["closed_broken"].as<int>();
    known.new_type = text_or_none(row["new_type"]);
    known.new_build = text_or_none(row["new_build"]);
    return known;
}

Promoted promote(pqxx::transaction_base& tx, const Promotion& promotion) {
    must_make_sense(promotion);
    const auto before = lock_deployment(tx, promotion.queue);
    const auto after = destination(before, promotion);
    if (!after) {
        return {Promoted::Outcome::nothing_to_ramp_beside,
                fmt::format("queue {} has no other current build to ramp beside", promotion.queue),
                {}};
    }
    if (before && before->current == after->current && before->ramping == after->ramping &&
        before->percent == after->percent) {
        return {Promoted::Outcome::unchanged, {}, *before};
    }
    const auto verdict = verdict_on(tx, promotion.queue, promotion.build);
    auto refused = objection(verdict, promotion);
    if (refused && !promotion.force) return *refused;
    if (!promotion.without_workers && !has_workers(tx, promotion)) {
        return {Promoted::Outcome::no_workers,
                fmt::format("no live worker runs build {} on queue {}", promotion.build, promotion.queue),
                {}};
    }
    std::optional<std::string> number;
    std::optional<std::string> reason;
    if (refused) {
        reason = promotion.act.reason;
    } else {
        number = std::to_string(verdict->number);
    }
    tx.exec_params(std::string{sql::let_build_in}, promotion.queue, promotion.build, or_null(number),
                   or_null(reason));
    route(tx, *after);
    leave_trace(tx, promotion.percent == 100 ? "deploy promote" : "deploy ramp", promotion.queue,
                promotion.build, promotion.percent, promotion.act);
    return {Promoted::Outcome::done, {}, *after};
}

Stopped stop_ramp(pqxx::transaction_base& tx, const std::string& queue, const std::string& build,
                  const Act& act) {
    const auto before = lock_deployment(tx, queue);
    if (!before) return Stopped::not_routed;
    if (before->current == build) return Stopped::is_current;
    if (before->ramping != build) return Stopped::unchanged;
    route(tx, Deployment{queue, before->current, std::nullopt, 0, {}});
    leave_trace(tx, "deploy drain", queue, build, 0, act);
    return Stopped::done;
}

bool end_deployment(pqxx::transaction_base& tx, const std::string& queue, const Act& act) {
    const auto before = lock_deployment(tx, queue);
    if (!before) return false;
    tx.exec_params(std::string{sql::end_deployment}, queue);
    leave_trace(tx, "deploy end", queue, before->current, 0, act);
    return true;
}

Moved move_run(pqxx::transaction_base& tx, const RunRef& ref, const std::optional<std::string>& build,
               const Act& act) {
    const auto run = resolve(tx, ref);
    if (!run) return Moved::not_found;
    const auto queue = queue_of(tx, ref);
    if (!queue) return Moved::closed;
    if (!lock_deployment(tx, *queue)) return Moved::not_routed;
    const auto moved = tx.exec_params(std::string{sql::move_run}, run->value.to_string(), or_null(build));
    if (moved.empty()) return Moved::closed;
    if (build) {
        const std::string why = act.reason.empty() ? "a run was moved to it" : act.reason;
        tx.exec_params(std::string{sql::know_build}, *queue, *build, why);
    }
    audit(tx,
          {act.identity, "workflow move", run->value.to_string(), act.reason,
           build ? fmt::format(R"({{"build":{}}})", encode(*build).json) : R"({"build":null})", act.batch});
    return Moved::moved;
}

std::optional<Deployment> deployment_of(pqxx::transaction_base& tx, const std::string& queue) {
    for (Deployment& found : deployments(tx)) {
        if (found.queue == queue) return std::move(found);
    }
    return std::nullopt;
}

std::vector<Deployment> deployments(pqxx::transaction_base& tx) {
    std::vector<Deployment> found;
    for (const auto& row : tx.exec(std::string{sql::list_deployments}))
        found.push_back(deployment(row["queue"].as<std::string>(), row));
    return found;
}

std::vector<BuildInfo> builds_of(pqxx::transaction_base& tx, const std::string& queue) {
    std::vector<BuildInfo> builds;
    for (const auto& row : tx.exec_params(std::string{sql::builds_of_queue}, queue))
        builds.push_back(build_info(row));
    return builds;
}

}  // namespace durable::store
