#include "engine/store/lifecycle_steps.hpp"

#include "engine/replay/lineage.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;

/// As engine.children spells it.
std::string_view name_of(ParentClosePolicy policy) {
    switch (policy) {
        case ParentClosePolicy::terminate:
            return "terminate";
        case ParentClosePolicy::request_cancel:
            return "request_cancel";
        case ParentClosePolicy::abandon:
            break;
    }
    return "abandon";
}

struct ChildStarts {
    BinaryArray parent{Of::uuid}, chain{Of::uuid}, initiated{Of::int32}, run{Of::uuid}, workflow{Of::text},
        type{Of::text}, queue{Of::text}, tenant{Of::text}, activation{Of::bytes}, rejects{Of::boolean},
        parent_close{Of::text}, answered{Of::boolean}, if_started{Of::bytes}, if_refused{Of::bytes},
        priority{Of::int32}, fairness_key{Of::text}, fairness_weight{Of::float64};

    void add(const RunCommit& c, const ChildStart& child) {
        parent.add(c.run.value);
        chain.add(c.chain.value);
        initiated.add(child.initiated.value);
        run.add(child.run.value);
        workflow.add(std::string_view{child.workflow.value});
        type.add(std::string_view{child.type});
        queue.add(std::string_view{child.queue});
        tenant.add(std::string_view{c.tenant.value});
        activation.add(std::string_view{child.activation});
        rejects.add(child.reuse == ChildReuse::reject);
        parent_close.add(name_of(child.parent_close));
        answered.add(c.next != RunCommit::Next::close);
        const history::Event started = history::ChildStarted{child.initiated, child.run};
        const history::Event refused = replay::id_taken(child.initiated, child.run);
        if_started.add(std::string_view{history::encode_event(started)});
        if_refused.add(std::string_view{history::encode_event(refused)});
        add(child.share);
    }
    void add(const std::optional<QueueShare>& share) {
        share ? priority.add(std::int32_t{share->priority}) : priority.add_null();
        const bool has_key = share && !share->fairness_key.empty();
        has_key ? fairness_key.add(std::string_view{share->fairness_key}) : fairness_key.add_null();
        share ? fairness_weight.add(share->weight) : fairness_weight.add_null();
    }
    void append_to(std::vector<Step>& steps) const {
        if (run.size() == 0) return;
        Params params;
        params.add(parent).add(chain).add(initiated).add(run).add(workflow).add(type).add(queue).add(tenant);
        params.add(activation).add(rejects).add(parent_close).add(answered).add(if_started).add(if_refused);
        params.add(priority).add(fairness_key).add(fairness_weight);
        steps.push_back({{"start_children", sql::start_children}, std::move(params)});
    }
};

struct Continuations {
    BinaryArray run{Of::uuid}, epoch{Of::int32}, token{Of::int64}, activations{Of::int32}, head{Of::int64},
        events{Of::int32}, next{Of::uuid}, type{Of::text}, queue{Of::text}, activation{Of::bytes},
        status{Of::text}, at{Of::moment}, canceled{Of::boolean};

    void add(const RunCommit& c) {
        run.add(c.run.value);
        epoch.add(c.fence.epoch);
        token.add(c.fence.token);
        activations.add(c.activations_after());
        head.add(c.inbox_head);
        events.add(c.next_event_after().value - 1);
        next.add(c.continued->run.value);
        type.add(std::string_view{c.continued->type});
        queue.add(std::string_view{c.continued->queue});
        activation.add(std::string_view{c.continued->activation});
        status.add(replay::to_string(c.status));
        at.add(c.continued->at);
        canceled.add(c.cancel_received);
    }
    void append_to(std::vector<Step>& steps, WorkerNo worker) const {
        if (run.size() == 0) return;
        Params params;
        params.add(worker.value).add(run).add(epoch).add(token).add(activations).add(head);
        params.add(events).add(next).add(type).add(queue).add(activation).add(status).add(at);
        params.add(canceled);
        steps.push_back({{"continue_runs", sql::continue_runs}, std::move(params)});
    }
};

struct Posts {
    BinaryArray run{Of::uuid}, event{Of::bytes};

    void add(const RunCommit& c) {
        for (const std::string& message : c.posted) {
            run.add(c.run.value);
            event.add(std::string_view{message});
        }
    }
    void append_to(std::vector<Step>& steps) const {
        if (run.size() == 0) return;
        Params params;
        params.add(run).add(event);
        steps.push_back({{"post_messages", sql::post_messages}, std::move(params)});
    }
};

struct Publications {
    BinaryArray chain{Of::uuid}, key{Of::text}, value{Of::text}, run{Of::uuid}, tenant{Of::text};

    void add(const RunCommit& c, const Published& published) {
        chain.add(c.chain.value);
        key.add(std::string_view{published.key});
        value.add(std::string_view{published.json});
        run.add(c.run.value);
        tenant.add(std::string_view{c.tenant.value});
    }
    void append_to(std::vector<Step>& steps) const {
        if (chain.size() == 0) return;
        Params params;
        params.add(chain).add(key).add(value).add(run).add(tenant);
        steps.push_back({{"publish_state", sql::publish_state}, std::move(params)});
    }
};

struct Reports {
    BinaryArray chain{Of::uuid}, parent{Of::uuid}, tenant{Of::text}, event{Of::bytes};

    void add(const RunCommit& c) {
        if (!c.report) return;
        chain.add(c.chain.value);
        parent.add(c.report->parent.value);
        tenant.add(std::string_view{c.tenant.value});
        event.add(std::string_view{c.report->event});
    }
    void append_to(std::vector<Step>& steps) const {
        if (chain.size() == 0) return;
        Params params;
        params.add(chain).add(parent).add(tenant).add(event);
        steps.push_back({{"report_closes", sql::report_closes}, std::move(params)});
    }
};

struct CancelRequests {
    BinaryArray chain{Of::uuid}, tenant{Of::text}, event{Of::bytes};

    void add(const RunCommit& c) {
        for (const RunId& child : c.cancel_children) {
            const history::Event request = history::CancelRequested{"the parent asks for it", "parent"};
            chain.add(child.value);
            tenant.add(std::string_view{c.tenant.value});
            event.add(std::string_view{history::encode_event(request)});
        }
    }
    void append_to(std::vector<Step>& steps) const {
        if (chain.size() == 0) return;
        Params params;
        params.add(chain).add(tenant).add(event);
        steps.push_back({{"cancel_children", sql::cancel_children}, std::move(params)});
    }
};

}  // namespace

void append_attributes(std::vector<Step>& steps, const SortedCommits& commits) {
    BinaryArray runs{Of::uuid};
    BinaryArray lists{Of::text};
    for (const RunCommit* commit : commits) {
        for (const AttributeChange& change : commit->attributes) {
            runs.add(change.run.value);
            lists.add(std::string_view{history::encode_attributes(change.attributes)});
        }
    }
    if (runs.size() == 0) return;
    Params params;
    params.add(runs).add(lists);
    steps.push_back({{"put_attributes", sql::put_attributes}, std::move(params)});
}

void append_child_starts(std::vector<Step>& steps, const SortedCommits& commits) {
    ChildStarts starts;
    for (const RunCommit* commit : commits) {
        for (const ChildStart& child : commit->children) starts.add(*commit, child);
    }
    starts.append_to(steps);
}

void append_continuations(std::vector<Step>& steps, WorkerNo worker, const SortedCommits& commits) {
    Continuations continuations;
    for (const RunCommit* commit : commits) {
        if (commit->continued) continuations.add(*commit);
    }
    continuations.append_to(steps, worker);
}

void append_posts(std::vector<Step>& steps, const SortedCommits& commits) {
    Posts posts;
    for (const RunCommit* commit : commits) posts.add(*commit);
    posts.append_to(steps);
}

void append_published(std::vector<Step>& steps, const SortedCommits& commits) {
    Publications publications;
    for (const RunCommit* commit : commits) {
        for (const Published& published : commit->published) publications.add(*commit, published);
    }
    publications.append_to(steps);
}

void append_errands(std::vector<Step>& steps, const SortedCommits& commits) {
    Reports reports;
    CancelRequests requests;
    for (const RunCommit* commit : commits) {
        reports.add(*commit);
        requests.add(*commit);
    }
    reports.append_to(steps);
    requests.append_to(steps);
}

}  // namespace durable::store
