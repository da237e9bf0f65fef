// Starting runs: one set-based statement for all, then conflicts one by one.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "engine/store/names.hpp"
#include "engine/store/planned_work.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr int races_max = 5;

void check(const StartRequest& request) {
    check_name("namespace", request.name_space);
    check_workflow_id(request.workflow.value);
    check_name("workflow type", request.type);
    check_name("queue", request.queue);
    check_optional_name("tenant", request.tenant.value);
    check_optional_name("request id", request.request_id);
    if (request.run.value.is_nil()) throw std::invalid_argument("the run id is missing");
    if (request.start_delay && request.start_delay->count() < 0) {
        throw std::invalid_argument("the start delay is negative");
    }
    if (request.run_timeout && request.run_timeout->count() <= 0) {
        throw std::invalid_argument("the run time-out is not positive");
    }
    if (request.execution_timeout && request.execution_timeout->count() <= 0) {
        throw std::invalid_argument("the execution time-out is not positive");
    }
    if (const std::string problem = problem_with(request.share); !problem.empty()) {
        throw std::invalid_argument("the start has " + problem);
    }
    check_optional_name("fairness key", request.share.fairness_key);
    if (request.limit) {
        if (const std::string problem = problem_with(*request.limit); !problem.empty())
            throw std::invalid_argument("the start has " + problem);
        check_name("run limit's key", request.limit->key);
    }
    if (const std::string problem = problem_with(request.attributes); !problem.empty()) {
        throw std::invalid_argument("the start has " + problem);
    }
}

/// The transaction that starts come into.
struct Opened {
    pqxx::transaction_base& tx;
    /// None: nobody has asked. Nothing but time-outs needs it.
    std::optional<Timestamp> now;
    /// The session is the server's own: what it prepares is there the next time. Behind a pooler, which makes up the
    /// backend's number, each transaction may be served by another one.
    bool direct = false;
};

bool has_time_out(const StartRequest& request) {
    return request.run_timeout || request.execution_timeout;
}

Opened open(pqxx::transaction_base& tx, std::span<const StartRequest> requests) {
    if (tx.name() == planned && std::ranges::none_of(requests, has_time_out)) return {tx, std::nullopt, true};
    const auto row = durable::exec1(tx, sql::begin_start);
    return {tx, Timestamp{Duration{row[0].as<std::int64_t>()}}, row[1].as<int>() == tx.conn().backendpid()};
}

/// Runs start_runs.sql: prepared if that will last, since planning it takes longer than doing it.
template <class... Values>
pqxx::result start_runs(const Opened& opened, const Values&... values) {
    if (!opened.direct) return opened.tx.exec_params(std::string{sql::start_runs}, values...);
    const std::string name = "callflex_start_runs";
    opened.tx.conn().prepare(name, std::string{sql::start_runs});
    return opened.tx.exec_prepared(name, values...);
}

/// Activation 0: the start, and nothing else. Without a time it is for the database to date.
std::string first_activation(const StartRequest& request, std::optional<Timestamp> time) {
    const Timestamp now = time.value_or(Timestamp{});
    const Duration delay = request.start_delay.value_or(Duration{0});
    history::WorkflowStarted started{request.type,  request.workflow.value, request.tenant.value,
                                     request.queue, request.input,          std::nullopt};
    if (request.run_timeout) started.run_deadline = now + delay + *request.run_timeout;
    started.run_timeout = request.run_timeout;
    started.scheduled_for = request.scheduled_for;
    started.previous_result = request.previous_result;
    started.previous_failure = request.previous_failure;
    started.subject = request.subject;
    started.execution_timeout = request.execution_timeout;
    if (request.execution_timeout) started.execution_deadline = now + delay + *request.execution_timeout;
    started.retry = request.retry;
    started.on_mismatch = request.on_mismatch;
    started.attributes = request.attributes;
    started.limit = request.limit;
    history::Activation activation;
    activation.time = now;
    activation.arrived.emplace_back(std::move(started));
    return time ? history::encode(activation) : history::encode_undated(activation);
}

struct Columns {
    TextArray run, name_space, workflow, type, tenant, queue, request_id, delay, activation, granted,
        priority, fairness_key, fairness_weight, dated;

    void add(const StartRequest& request, std::optional<Timestamp> now, bool id_granted) {
        run.add(request.run.value);
        name_space.add(request.name_space);
        workflow.add(request.workflow.value);
        type.add(request.type);
        tenant.add(request.tenant.value);
        queue.add(request.queue);
        request_id.add(request.request_id);
        delay.add(static_cast<std::int64_t>(request.start_delay.value_or(Duration{0}).count()));
        activation.add_bytes(first_activation(request, now));
        granted.add(id_granted);
        priority.add(std::int64_t{request.share.priority});
        request.share.fairness_key.empty() ? fairness_key.add_null()
                                           : fairness_key.add(request.share.fairness_key);
        fairness_weight.add(fmt::format("{}", request.share.weight));
        dated.add(now.has_value());
    }
};

/// Of an error of Postgres: without the context.
std::string first_line(std::string text) {
    text.resize(std::min(text.find('\n'), text.size()));
    return text.starts_with("ERROR:") ? text.substr(text.find_first_not_of(' ', 6)) : text;
}

/// Postgres says no more than "no partition found": this is what it means here.
[[noreturn]] void explain_missing_month(const pqxx::check_violation& e) {
    throw std::runtime_error(fmt::format(
        "a run could not be started: {} Either the months that the database is prepared for are over (run "
        "`callflex migrate`), or the clock of the machine that made the run's id is wrong.",
        e.what()));
}

std::set<RunId> insert(const Opened& opened, const Columns& c) try {
    const auto rows =
        start_runs(opened, c.run.literal(), c.name_space.literal(), c.workflow.literal(), c.type.literal(),
                   c.tenant.literal(), c.queue.literal(), c.request_id.literal(), c.delay.literal(),
                   c.activation.literal(), c.granted.literal(), c.priority.literal(),
                   c.fairness_key.literal(), c.fairness_weight.literal(), c.dated.literal());
    std::set<RunId> started;
    for (const auto& row : rows) started.insert(RunId{uuid_of(row[0].c_str())});
    return started;
} catch (const pqxx::check_violation& e) {
    explain_missing_month(e);
}

/// What a taken workflow id means for a request. Holds the id's row and, if the run is open, its live row.
class Conflict {
  public:
    Conflict(const Opened& opened, const StartRequest& request)
        : opened_(opened), tx_(opened.tx), request_(request) {}

    /// Nothing if the id's row has vanished meanwhile: insert again.
    std::optional<StartResult> settle() {
        const auto holder =
            tx_.exec_params(std::string{sql::lock_workflow_id}, request_.name_space, request_.workflow.value);
        if (holder.empty()) return std::nullopt;
        const RunId run{uuid_of(holder[0][0].c_str())};
        const auto request_id = holder[0][1].as<std::string>();
        const bool repeated = !request_.request_id.empty() && request_.request_id == request_id;
        if (repeated) return StartResult{StartResult::Outcome::existing, run};
        if (run == request_.run || started_before()) {
            return StartResult{StartResult::Outcome::existing, request_.run};
        }
        if (const auto earlier = earlier_start()) {
            return StartResult{StartResult::Outcome::existing, *earlier};
        }
        const bool open = !tx_.exec_params(std::string{sql::lock_live_run}, run.value.to_string()).empty();
        return open ? meet_open(run, request_id) : meet_closed(run, request_id);
    }

  private:
    /// This very request has been committed, and its run has continued as new or closed since.
    bool started_before() {
        return !tx_.exec_params(std::string{sql::known_run}, request_.run.value.to_string()).empty();
    }

    std::optional<RunId> earlier_start() {
        if (request_.request_id.empty()) return std::nullopt;
        const auto found = tx_.exec_params(std::string{sql::find_earlier_start}, request_.name_space,
                                           request_.workflow.value, request_.request_id);
        if (found.empty()) return std::nullopt;
        return RunId{uuid_of(found[0][0].c_str())};
    }

    StartResult meet_open(RunId run, const std::string& request_id) {
        switch (request_.conflict) {
            case ConflictPolicy::fail:
                return {StartResult::Outcome::already_open, run};
            case ConflictPolicy::use_existing:
                return {StartResult::Outcome::existing, run};
            case ConflictPolicy::terminate_existing:
                break;
        }
        terminate(tx_, {request_.name_space, run, {}}, "replaced by run " + request_.run.value.to_string(),
                  "start");
        return take_over(run, request_id);
    }

    StartResult meet_closed(RunId run, const std::string& request_id) {
        if (request_.reuse == ReusePolicy::reject) return {StartResult::Outcome::already_closed, run};
        if (request_.reuse == ReusePolicy::allow_if_not_completed) {
            const auto status = tx_.exec_params(std::string{sql::closed_status}, run.value.to_string());
            // A run whose facts have been dropped with their period counts as completed: the careful answer.
            const bool completed = status.empty() || status[0][0].as<std::string>() == "completed";
            if (completed) return {StartResult::Outcome::already_closed, run};
        }
        return take_over(run, request_id);
    }

    StartResult take_over(RunId old_run, const std::string& old_request_id) {
        tx_.exec_params(std::string{sql::give_workflow_id}, request_.name_space, request_.workflow.value,
                        request_.run.value.to_string(), request_.request_id, request_.tenant.value,
                        old_run.value.to_string(), old_request_id);
        Columns columns;
        columns.add(request_, opened_.now, true);
        insert(opened_, columns);
        return {StartResult::Outcome::started, request_.run};
    }

    const Opened& opened_;
    pqxx::transaction_base& tx_;
    const StartRequest& request_;
};

StartResult settle_conflict(const Opened& opened, const StartRequest& request) {
    for (int race = 0; race < races_max; ++race) {
        if (auto result = Conflict{opened, request}.settle()) return *result;
        Columns columns;
        columns.add(request, opened.now, false);
        if (!insert(opened, columns).empty()) return {StartResult::Outcome::started, request.run};
    }
    throw std::runtime_error(
        fmt::format("workflow id {} is given away and freed all the time", request.workflow.value));
}

/// Places of the requests in the order of their keys, which is the order of locks.
std::vector<std::size_t> in_key_order(std::span<const StartRequest> requests) {
    std::vector<std::size_t> order(requests.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return std::tie(requests[a].name_space, requests[a].workflow.value, a) <
               std::tie(requests[b].name_space, requests[b].workflow.value, b);
    });
    return order;
}

/// Of what has been started; nothing is sent when nobody gave any.
void put_attributes(pqxx::transaction_base& tx, std::span<const StartRequest> requests,
                    std::span<const StartResult> results) {
    TextArray runs;
    TextArray lists;
    bool any = false;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const bool started = results[i].outcome == StartResult::Outcome::started;
        if (!started || requests[i].attributes.empty()) continue;
        any = true;
        runs.add(requests[i].run.value);
        lists.add(history::encode_attributes(requests[i].attributes));
    }
    if (!any) return;
    try {
        tx.exec_params(std::string{sql::put_attributes}, runs.literal(), lists.literal());
    } catch (const pqxx::data_exception& refused) {
        throw std::invalid_argument(first_line(refused.what()));
    }
}

}  // namespace

std::optional<StartResult> start_at_once(pqxx::transaction_base& tx, const StartRequest& request) {
    check(request);
    if (!request.attributes.empty()) return std::nullopt;
    const Opened opened = open(tx, {&request, 1});
    Columns columns;
    columns.add(request, opened.now, false);
    if (insert(opened, columns).empty()) return std::nullopt;
    return StartResult{StartResult::Outcome::started, request.run};
}

std::vector<StartResult> start(pqxx::transaction_base& tx, std::span<const StartRequest> requests) {
    if (requests.empty()) return {};
    for (const StartRequest& request : requests) check(request);
    const Opened opened = open(tx, requests);
    const std::vector<std::size_t> order = in_key_order(requests);

    Columns columns;
    for (const std::size_t i : order) columns.add(requests[i], opened.now, false);
    const std::set<RunId> started = insert(opened, columns);

    std::vector<StartResult> results(requests.size());
    for (const std::size_t i : order) {
        const StartRequest& request = requests[i];
        results[i] = started.contains(request.run) ? StartResult{StartResult::Outcome::started, request.run}
                                                   : settle_conflict(opened, request);
    }
    put_attributes(tx, requests, results);
    return results;
}

}  // namespace durable::store
