// One page of a batch job, in one transaction, with the job's row locked:
//
//   1. find the next items, and lock the open runs among them if the verb wants that
//   2. carry the verb out on each, in a savepoint: what fails on one item does not hold up the others
//   3. write down what became of each item, and how far the job has come
//
// A crash anywhere undoes all of it, and the next worker takes the same page.

#include <algorithm>
#include <set>

#include "engine/search/query.hpp"
#include "engine/store/batch_items.hpp"
#include "engine/store/batch_rows.hpp"
#include "engine/store/batch_verbs.hpp"
#include "engine/store/sqlstate.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine/workflow/json_writer.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr double pages_per_second = 5;
constexpr int page_max = 100;
constexpr std::size_t problem_bytes_max = 500;

/// As arrays for save_batch_page.sql.
class Outcomes {
  public:
    void add(const BatchItem& item, std::string_view outcome, const std::optional<std::string>& problem) {
        runs_.add(item.run.value);
        activities_.add(std::int64_t{item.activity.value});
        outcomes_.add(outcome);
        if (!problem) return problems_.add_null();
        // A letter that the cut has broken becomes a sign that says so.
        problems_.add(std::string_view{to_valid_utf8(problem->substr(0, problem_bytes_max))});
    }
    [[nodiscard]] std::string runs() const { return runs_.literal(); }
    [[nodiscard]] std::string activities() const { return activities_.literal(); }
    [[nodiscard]] std::string outcomes() const { return outcomes_.literal(); }
    [[nodiscard]] std::string problems() const { return problems_.literal(); }

  private:
    TextArray runs_;
    TextArray activities_;
    TextArray outcomes_;
    TextArray problems_;
};

/// Queues to be told, each once.
struct Told {
    std::set<std::string> messages, runs_ready, activities_ready;

    static void add(std::set<std::string>& queues, const std::string& queue) {
        if (!queue.empty()) queues.insert(queue);
    }
    void add(const BatchReached& reached) {
        add(messages, reached.messages);
        add(runs_ready, reached.runs_ready);
        add(activities_ready, reached.activities_ready);
    }
    void move_to(BatchPage& page) const {
        page.messages.assign(messages.begin(), messages.end());
        page.runs_ready.assign(runs_ready.begin(), runs_ready.end());
        page.activities_ready.assign(activities_ready.begin(), activities_ready.end());
    }
};

BatchCursor cursor_of(const pqxx::row& row) {
    BatchCursor cursor;
    if (!row["last_run"].is_null()) cursor.run = RunId{uuid_of(row["last_run"].c_str())};
    if (!row["last_activity"].is_null()) cursor.activity = EventId{row["last_activity"].as<std::int32_t>()};
    return cursor;
}

class Page {
  public:
    Page(pqxx::work& tx, const BatchTools& tools, const pqxx::row& row)
        : tx_(tx),
          tools_(tools),
          request_(batch_request(row)),
          rule_(rule_of(request_.verb)),
          created_at_(Duration{row["created_at"].as<std::int64_t>()}) {
        page_.job = request_.job;
        found_.reached = cursor_of(row);
    }

    BatchPage take() {
        try {
            found_ = next_items(tx_, request_, created_at_, found_.reached, page_size());
            if (found_.last) page_.state = BatchState::completed;
        } catch (const search::QueryError& error) {
            // Its words meant something when it was made: a search attribute's key has been removed since.
            page_.state = BatchState::failed;
            trouble_ = error.problem();
        }
        const std::set<RunId> gone = lock();
        for (const BatchItem& item : found_.items) {
            if (gone.contains(item.run)) {
                note(item, "skipped", "the run has ended");
            } else {
                take(item);
            }
        }
        save();
        told_.move_to(page_);
        return std::move(page_);
    }

  private:
    [[nodiscard]] int page_size() const {
        return std::clamp(static_cast<int>(request_.per_second / pages_per_second), 1, page_max);
    }

    /// Those of the items' runs that have ended since we looked.
    std::set<RunId> lock() {
        std::set<RunId> gone;
        if (!rule_.locks_runs || found_.items.empty()) return gone;
        TextArray runs;
        for (const BatchItem& item : found_.items) {
            runs.add(item.run.value);
            gone.insert(item.run);
        }
        for (const auto& row : tx_.exec_params(std::string{sql::lock_open_runs}, runs.literal())) {
            gone.erase(RunId{uuid_of(row[0].c_str())});
        }
        return gone;
    }

    void take(const BatchItem& item) {
        try {
            pqxx::subtransaction savepoint{tx_, "batch"};
            const BatchReached reached = rule_.act({savepoint, request_, item, tools_});
            savepoint.commit();
            told_.add(reached);
            if (reached.closed) page_.closed.push_back(*reached.closed);
            note(item, reached.skipped ? "skipped" : "done", reached.skipped);
        } catch (const pqxx::sql_error& error) {
            // What coming again mends undoes the whole page, and it is taken again.
            if (fate_of(error.sqlstate()) != Fate::data && fate_of(error.sqlstate()) != Fate::defect) throw;
            note(item, "failed", error.what());
        } catch (const pqxx::failure&) {
            throw;
        } catch (const std::exception& error) {
            note(item, "failed", error.what());
        }
    }

    void note(const BatchItem& item, std::string_view outcome, const std::optional<std::string>& problem) {
        outcomes_.add(item, outcome, problem);
        ++(outcome == "done" ? page_.done : outcome == "skipped" ? page_.skipped : page_.failed);
    }

    void save() {
        const BatchCursor& reached = found_.reached;
        std::optional<std::string> run;
        std::optional<std::string> activity;
        if (!reached.run.value.is_nil()) run = reached.run.value.to_string();
        if (reached.activity) activity = std::to_string(reached.activity->value);
        tx_.exec_params(std::string{sql::save_batch_page}, request_.job.to_string(), or_null(run),
                        or_null(activity), std::string{name_of(page_.state)}, or_null(trouble_),
                        outcomes_.runs(), outcomes_.activities(), outcomes_.outcomes(), outcomes_.problems());
    }

    pqxx::work& tx_;
    const BatchTools& tools_;
    const BatchRequest request_;
    const BatchRule& rule_;
    const Timestamp created_at_;
    BatchItems found_;
    std::optional<std::string> trouble_;
    Told told_;
    Outcomes outcomes_;
    BatchPage page_;
};

}  // namespace

std::string known_batch_verbs() {
    TextArray verbs;
    for (const BatchRule& rule : batch_rules()) verbs.add(rule.name);
    return verbs.literal();
}

std::optional<BatchPage> take_batch_page(pqxx::work& tx, const BatchTools& tools) {
    const auto rows = tx.exec_params(std::string{sql::due_batch}, known_batch_verbs());
    if (rows.empty()) return std::nullopt;
    return Page{tx, tools, rows[0]}.take();
}

}  // namespace durable::store
