#include "engine/store/update_steps.hpp"

#include "engine/store/updates.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;

}  // namespace

void append_updates(std::vector<Step>& steps, const SortedCommits& commits) {
    BinaryArray chain{Of::uuid}, id{Of::text}, run{Of::uuid}, stage{Of::text}, outcome{Of::bytes};
    for (const RunCommit* commit : commits) {
        for (const UpdateStep& update : commit->updates) {
            chain.add(commit->chain.value);
            id.add(std::string_view{update.id});
            run.add(commit->run.value);
            stage.add(to_string(update.stage));
            outcome.add(update.outcome);
        }
    }
    if (chain.size() == 0) return;
    Params params;
    params.add(chain).add(id).add(run).add(stage).add(outcome);
    steps.push_back({{"record_updates", sql::record_updates}, std::move(params)});
}

void append_externals(std::vector<Step>& steps, const SortedCommits& commits) {
    BinaryArray run{Of::uuid}, tenant{Of::text}, workflow{Of::text}, event{Of::bytes}, request{Of::text},
        cancels{Of::boolean}, delivered{Of::bytes}, failed{Of::bytes};
    for (const RunCommit* commit : commits) {
        for (const ExternalOrder& order : commit->externals) {
            run.add(commit->run.value);
            tenant.add(std::string_view{commit->tenant.value});
            workflow.add(std::string_view{order.workflow.value});
            event.add(std::string_view{order.event});
            request.add(std::string_view{order.request_id});
            cancels.add(order.cancels);
            delivered.add(std::string_view{order.delivered});
            failed.add(std::string_view{order.failed});
        }
    }
    if (run.size() == 0) return;
    Params params;
    params.add(run).add(tenant).add(workflow).add(event).add(request).add(cancels).add(delivered).add(failed);
    steps.push_back({{"order_externals", sql::order_externals}, std::move(params)});
}

void append_unread(std::vector<Step>& steps, const SortedCommits& commits) {
    BinaryArray run{Of::uuid}, unread{Of::int32};
    for (const RunCommit* commit : commits) {
        const bool ends = commit->next == RunCommit::Next::close && !commit->continued;
        if (!commit->unread || ends) continue;
        run.add(commit->continued ? commit->continued->run.value : commit->run.value);
        unread.add(*commit->unread);
    }
    if (run.size() == 0) return;
    Params params;
    params.add(run).add(unread);
    steps.push_back({{"note_unread", sql::note_unread}, std::move(params)});
}

}  // namespace durable::store
