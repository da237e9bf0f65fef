#include "engine/store/forked_children.hpp"

#include <utility>

#include "engine/replay/lineage.hpp"
#include "engine/store/chain_walk.hpp"
#include "engine/store/reset.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

std::string_view name_of(ParentClosePolicy policy) {
    if (policy == ParentClosePolicy::terminate) return "terminate";
    return policy == ParentClosePolicy::request_cancel ? "request_cancel" : "abandon";
}

bool is_known(pqxx::transaction_base& tx, RunId run) {
    return !tx.exec_params(std::string{sql::known_run}, run.value.to_string()).empty();
}

bool lock_live(pqxx::transaction_base& tx, RunId run) {
    return !tx.exec_params(std::string{sql::lock_live_run}, run.value.to_string()).empty();
}

}  // namespace

/// False: it has closed, and its outcome can be read.
bool ForkedChildren::tie(const replay::ChildAtPoint& child, RunId newest) {
    const std::string chain = child.command->run.value.to_string();
    const std::string run = run_.value.to_string();
    if (!tx_.exec_params(std::string{sql::retie_child}, chain, run).empty()) return true;
    // It was let go, or it has closed. Its live row is held from here on, so it cannot close unnoticed.
    if (!lock_live(tx_, newest)) return false;
    tx_.exec_params(std::string{sql::tie_child}, chain, chain_.value.to_string(), run, child.initiated.value,
                    child.command->workflow_id, std::string{name_of(child.command->parent_close)});
    return true;
}

/// What the parent of a closed chain would have been told. None if its histories have been removed.
std::optional<history::Event> ForkedChildren::outcome(RunId child, RunId newest) {
    const history::History history = history_of(tx_, newest);
    if (history.empty() || history.back().commands.empty()) return std::nullopt;
    const auto& started = std::get<history::WorkflowStarted>(history.front().arrived.front());
    return replay::report_to_parent({newest, child, started}, history.back().commands.back());
}

std::vector<history::Event> ForkedChildren::keep(const std::vector<replay::ChildAtPoint>& children) {
    std::vector<history::Event> news;
    for (const replay::ChildAtPoint& child : children) {
        const RunId run = child.command->run;
        if (!is_known(tx_, run)) {
            news.emplace_back(replay::id_taken(child.initiated, run));
            continue;
        }
        if (!child.acknowledged) news.emplace_back(history::ChildStarted{child.initiated, run});
        kept_.insert(run);
        if (tie(child, last_of_chain(tx_, run))) continue;
        // It may have gone on once more before its row was looked for.
        if (auto end = outcome(run, last_of_chain(tx_, run))) news.push_back(*std::move(end));
    }
    return news;
}

int ForkedChildren::end_later(const std::set<RunId>& runs) {
    TextArray parents;
    TextArray stay;
    for (const RunId& run : runs) parents.add(run.value);
    for (const RunId& run : kept_) stay.add(run.value);
    int ended = 0;
    const auto untied = tx_.exec_params(std::string{sql::children_after_point}, chain_.value.to_string(),
                                        parents.literal(), stay.literal());
    for (const auto& row : untied) {
        const RunId newest = last_of_chain(tx_, RunId{uuid_of(row["child_chain"].c_str())});
        const auto sent = terminate(tx_, {row["name_space"].as<std::string>(), newest, {}},
                                    "its parent was reset to a point before it was started", "reset");
        if (sent == SendResult::delivered) ++ended;
    }
    return ended;
}

std::vector<history::Event> ForkedChildren::disown(const std::vector<replay::ChildAtPoint>& children) {
    std::vector<history::Event> news;
    for (const replay::ChildAtPoint& child : children) {
        const RunId run = child.command->run;
        auto end = is_known(tx_, run) ? outcome(run, last_of_chain(tx_, run)) : std::nullopt;
        if (end) {
            news.push_back(*std::move(end));
            continue;
        }
        Failure cause{.type = "NotThisRunsChild", .retryable = false};
        cause.message = "the child belongs to the run that this one was forked from";
        Failure failure{.kind = FailureKind::child, .retryable = false};
        failure.activity = child.command->type;
        failure.activity_id = child.initiated;
        failure.cause = std::make_shared<const Failure>(std::move(cause));
        news.emplace_back(history::ChildFailed{child.initiated, std::move(failure), run});
    }
    return news;
}

}  // namespace durable::store
