// One page of a batch job, in one transaction, with the job's row locked:
//
//   1. find the next open runs that match, by run id, and lock those that are still open
//   2. carry the verb out on each, in a savepoint: what fails on one run does not hold up the others
//   3. write down what became of each run, and how far the job has come
//
// A crash anywhere undoes all of it, and the next worker takes the same page.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/search/query.hpp"
#include "engine/store/audit.hpp"
#include "engine/store/batch_rows.hpp"
#include "engine/store/reset.hpp"
#include "engine/store/search.hpp"
#include "engine/store/search_sql.hpp"
#include "engine/store/sqlstate.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr double pages_per_second = 5;
constexpr int page_max = 100;
constexpr std::size_t problem_bytes_max = 500;

struct Found {
    RunId run;
    std::string queue;
};

enum class Reached : std::uint8_t { done, skipped };

class Page {
  public:
    Page(pqxx::work& tx, const BatchTools& tools, const pqxx::row& row)
        : tx_(tx),
          tools_(tools),
          request_(batch_request(row)),
          created_at_(Duration{row["created_at"].as<std::int64_t>()}) {
        page_.job = request_.job;
        if (!row["last_run"].is_null()) after_ = row["last_run"].as<std::string>();
    }

    BatchPage take() {
        std::vector<Found> found;
        try {
            found = find();
        } catch (const search::QueryError& error) {
            // Its words meant something when it was made: a search attribute's key has been removed since.
            page_.state = BatchState::failed;
            trouble_ = error.problem();
        }
        const std::set<std::string> open = lock(found);
        for (const Found& run : found) take(run, open.contains(run.run.value.to_string()));
        if (page_.state == BatchState::running && static_cast<int>(found.size()) < page_size()) {
            page_.state = BatchState::completed;
        }
        save(found);
        return std::move(page_);
    }

  private:
    [[nodiscard]] int page_size() const {
        return std::clamp(static_cast<int>(request_.per_second / pages_per_second), 1, page_max);
    }

    std::vector<Found> find() {
        const SearchWorld world = search_world(tx_);
        const search::BoundQuery bound =
            search::bind(search::parse(request_.filter), world.catalog, created_at_);
        constexpr int first_value = 5;
        SearchSql made{first_value};
        const std::string statement =
            filled(without_comment(sql::batch_page), "condition", made.condition(bound));
        std::vector<std::string> parameters{request_.name_space, std::to_string(page_size()), after_,
                                            std::to_string(created_at_.time_since_epoch().count())};
        parameters.insert(parameters.end(), made.values().begin(), made.values().end());
        std::vector<Found> found;
        for (const auto& row : tx_.exec_params(statement, pqxx::prepare::make_dynamic_params(parameters))) {
            found.push_back({RunId{uuid_of(row[0].c_str())}, row[1].as<std::string>()});
        }
        return found;
    }

    std::set<std::string> lock(const std::vector<Found>& found) {
        TextArray runs;
        for (const Found& run : found) runs.add(run.run.value);
        std::set<std::string> open;
        if (found.empty()) return open;
        if (request_.verb == BatchVerb::reset) {
            // It locks the name before the run, and looks for itself whether that is open.
            for (const Found& run : found) open.insert(run.run.value.to_string());
            return open;
        }
        for (const auto& row : tx_.exec_params(std::string{sql::lock_open_runs}, runs.literal())) {
            open.insert(row[0].as<std::string>());
        }
        return open;
    }

    void take(const Found& found, bool open) {
        if (!open) return note(found.run, "skipped", std::nullopt);
        try {
            pqxx::subtransaction savepoint{tx_, "batch"};
            const Reached reached = carry_out(savepoint, found);
            savepoint.commit();
            note(found.run, reached == Reached::done ? "done" : "skipped", std::nullopt);
        } catch (const pqxx::sql_error& error) {
            // What coming again mends undoes the whole page, and it is taken again.
            if (fate_of(error.sqlstate()) != Fate::data && fate_of(error.sqlstate()) != Fate::defect) throw;
            note(found.run, "failed", error.what());
        } catch (const pqxx::failure&) {
            throw;
        } catch (const std::exception& error) {
            note(found.run, "failed", error.what());
        }
    }

    Reached carry_out(pqxx::transaction_base& tx, const Found& found) {
        const std::string job = batch_target(request_.job);
        const RunRef ref{request_.name_space, found.run, {}};
        SendResult result = SendResult::closed;
        switch (request_.verb) {
            case BatchVerb::cancel:
                result = send(tx, ref, history::CancelRequested{request_.reason, request_.identity}, job);
                break;
            case BatchVerb::terminate:
                result = terminate(tx, ref, request_.reason, request_.identity);
                if (result == SendResult::delivered) page_.closed.push_back(found.run);
                break;
            case BatchVerb::signal:
                result = send(tx, ref,
                              history::SignalReceived{request_.arguments.name, request_.arguments.input, job},
                              job);
                break;
            case BatchVerb::reset:
                result = reset_run(tx, found.run);
                break;
        }
        if (result != SendResult::delivered) return Reached::skipped;
        if (request_.verb != BatchVerb::terminate) queues_.insert(found.queue);
        audit(tx, {request_.identity, fmt::format("workflow {}", name_of(request_.verb)),
                   found.run.value.to_string(), request_.reason,
                   fmt::format(R"({{"batch":"{}"}})", request_.job.to_string())});
        return Reached::done;
    }

    SendResult reset_run(pqxx::transaction_base& tx, RunId run) {
        ResetRequest wanted;
        wanted.base = {request_.name_space, run, {}};
        wanted.run = tools_.ids.run_id();
        wanted.point = [this](RunId base, const history::History& history) {
            return point_of(base, history);
        };
        wanted.reason = request_.reason;
        wanted.identity = request_.identity;
        wanted.request_id = batch_target(request_.job);
        const auto result = reset(tx, wanted);
        if (!result) return SendResult::not_found;
        if (result->terminated) page_.closed.push_back(*result->terminated);
        return result->repeated ? SendResult::duplicate : SendResult::delivered;
    }

    [[nodiscard]] replay::ForkPoint point_of(RunId base, const history::History& history) const {
        if (request_.arguments.name == "first") return replay::before_first_activation(history);
        const auto point = request_.arguments.name == "last"
                               ? replay::before_last_activation(history)
                               : replay::before_first_mismatch(tools_.workflows, base, history);
        if (!point) throw ResetRefused("its history has no such point: " + request_.arguments.name);
        return *point;
    }

    void note(RunId run, const char* outcome, const std::optional<std::string>& problem) {
        runs_.add(run.value);
        outcomes_.add(std::string_view{outcome});
        problem ? problems_.add(std::string_view{*problem}.substr(0, problem_bytes_max))
                : problems_.add_null();
        const std::string_view word = outcome;
        ++(word == "done" ? page_.done : word == "skipped" ? page_.skipped : page_.failed);
    }

    void save(const std::vector<Found>& found) {
        std::optional<std::string> last;
        if (!found.empty()) last = found.back().run.value.to_string();
        tx_.exec_params(std::string{sql::save_batch_page}, request_.job.to_string(), or_null(last),
                        std::string{name_of(page_.state)}, or_null(trouble_), runs_.literal(),
                        outcomes_.literal(), problems_.literal());
        page_.queues.assign(queues_.begin(), queues_.end());
    }

    pqxx::work& tx_;
    const BatchTools& tools_;
    const BatchRequest request_;
    const Timestamp created_at_;
    std::string after_ = Uuid{}.to_string();
    std::optional<std::string> trouble_;
    std::set<std::string> queues_;
    TextArray runs_;
    TextArray outcomes_;
    TextArray problems_;
    BatchPage page_;
};

}  // namespace

std::optional<BatchPage> take_batch_page(pqxx::work& tx, const BatchTools& tools) {
    const auto rows = tx.exec(std::string{sql::due_batch});
    if (rows.empty()) return std::nullopt;
    return Page{tx, tools, rows[0]}.take();
}

std::optional<Duration> batch_wait(pqxx::transaction_base& tx) {
    const auto rows = tx.exec(std::string{sql::batch_wait});
    if (rows[0][0].is_null()) return std::nullopt;
    return Duration{rows[0][0].as<std::int64_t>()};
}

}  // namespace durable::store
