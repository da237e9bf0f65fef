// HotConnection: its reads, and giving runs back.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "engine/store/hot_impl.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;

SessionOptions hot_session(std::string connection_string, IdSource& ids) {
    SessionOptions options;
    options.connection_string = std::move(connection_string);
    options.application_name = fmt::format("callflex hot {} {:x}", ::getpid(), ids.token());
    options.hot_plans = true;
    return options;
}

/// What its run is blocked by.
HotConnection::Loaded unreadable(const HotConnection::LoadRequest& request, const std::string& why) {
    HotConnection::Loaded run{.run = request.run, .history = {}, .inbox = {}};
    if (request.with_history) {
        run.history.push_back({EventId{1}, 1, {}, why});
    } else {
        run.inbox.push_back({request.inbox_head + 1, {}, request.run, why});
    }
    return run;
}

}  // namespace

HotConnection::Impl::Impl(std::string connection_string, Faults faults)
    : session_(hot_session(std::move(connection_string), ids_), std::move(faults)) {}

Rows HotConnection::Impl::query(const Step& step) {
    return std::move(query(step.statement.name, {&step, 1}).front());
}

std::vector<Rows> HotConnection::Impl::query(const char* name, std::span<const Step> steps) {
    RetryLoop patience{session_.patience()};
    while (true) {
        try {
            return session_.run(name, steps);
        } catch (const ConnectionLost& lost) {
            patience.again(lost.what());
        } catch (const DatabaseError& error) {
            patience.again(session_, error);
        }
    }
}

HotConnection::HotConnection(std::string connection_string, Faults faults)
    : impl_(std::make_unique<Impl>(std::move(connection_string), std::move(faults))) {}
HotConnection::~HotConnection() = default;
HotConnection::HotConnection(HotConnection&&) noexcept = default;

BatchResult HotConnection::commit(const Batch& batch) {
    return impl_->commit(batch);
}

std::vector<HotConnection::Loaded> HotConnection::Impl::read(std::span<const LoadRequest> requests) {
    std::map<RunId, Loaded> loaded;
    BinaryArray with_history{Of::uuid}, runs{Of::uuid}, chains{Of::uuid}, heads{Of::int64},
        at_most{Of::int32};
    for (const LoadRequest& request : requests) {
        loaded[request.run].run = request.run;
        if (request.with_history) with_history.add(request.run.value);
        runs.add(request.run.value);
        chains.add(request.chain.value);
        heads.add(request.inbox_head);
        at_most.add(request.messages_max);
    }
    if (with_history.size() > 0) {
        Step step{{"load_histories", sql::load_histories}, {}};
        step.params.add(with_history);
        const Rows rows = query(step);
        for (int i = 0; i < rows.size(); ++i) {
            loaded[RunId{rows.uuid(i, 0)}].history.push_back(
                {EventId{rows.int32(i, 1)}, rows.int32(i, 2), rows.bytes(i, 3)});
        }
    }
    Step step{{"load_inboxes", sql::load_inboxes}, {}};
    step.params.add(runs).add(chains).add(heads).add(at_most);
    const Rows rows = query(step);
    for (int i = 0; i < rows.size(); ++i) {
        loaded[RunId{rows.uuid(i, 0)}].inbox.push_back(
            {rows.int64(i, 1), rows.bytes(i, 2), RunId{rows.uuid(i, 3)}});
    }

    std::vector<Loaded> result;
    result.reserve(requests.size());
    for (const LoadRequest& request : requests) {
        Loaded& run = loaded[request.run];
        run.more = request.messages_max > 0 && std::ssize(run.inbox) >= request.messages_max;
        result.push_back(std::move(run));
    }
    return result;
}

/// A damaged page costs those whose rows it holds: halves the runs until they are alone.
void HotConnection::Impl::load(std::span<const LoadRequest> requests, std::vector<Loaded>& into) {
    try {
        std::ranges::move(read(requests), std::back_inserter(into));
    } catch (const DatabaseError& error) {
        if (error.fate() != Fate::data) throw;
        if (requests.size() == 1) return into.push_back(unreadable(requests.front(), error.what()));
        const std::size_t middle = requests.size() / 2;
        load(requests.first(middle), into);
        load(requests.subspan(middle), into);
    }
}

std::vector<HotConnection::Loaded> HotConnection::load(const std::vector<LoadRequest>& requests,
                                                       Timestamp* now) {
    std::vector<Loaded> loaded;
    loaded.reserve(requests.size());
    impl_->load(requests, loaded);
    if (now != nullptr) *now = impl_->query({{"moment", sql::moment}, {}}).moment(0, 0);
    return loaded;
}

std::vector<RunId> HotConnection::with_messages(const std::vector<Held>& held, Timestamp* now,
                                                std::vector<RunId>* paused) {
    BinaryArray runs{Of::uuid}, heads{Of::int64};
    for (const Held& run : held) {
        runs.add(run.run.value);
        heads.add(run.inbox_head);
    }
    Step step{{"runs_with_messages", sql::runs_with_messages}, {}};
    step.params.add(runs).add(heads);
    const Rows rows = impl_->query(step);
    if (now != nullptr) *now = rows.moment(0, 0);
    std::vector<RunId> found;
    for (int i = 0; i < rows.size(); ++i) {
        if (rows.is_null(i, 1)) continue;
        const RunId run{rows.uuid(i, 1)};
        if (rows.boolean(i, 2)) found.push_back(run);
        if (paused != nullptr && rows.boolean(i, 3)) paused->push_back(run);
    }
    return found;
}

std::vector<std::pair<RunId, Fence>> HotConnection::owned(WorkerNo worker) {
    Step step{{"owned_runs", sql::owned_runs}, {}};
    step.params.add(worker.value);
    const Rows rows = impl_->query(step);
    std::vector<std::pair<RunId, Fence>> owned;
    owned.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i) {
        owned.emplace_back(RunId{rows.uuid(i, 0)}, Fence{rows.int32(i, 1), rows.int64(i, 2)});
    }
    return owned;
}

std::vector<std::pair<RunId, EventId>> HotConnection::activity_rows(const std::vector<RunId>& runs) {
    BinaryArray ids{Of::uuid};
    for (const RunId& run : runs) ids.add(run.value);
    Step step{{"activity_rows_of_runs", sql::activity_rows_of_runs}, {}};
    step.params.add(ids);
    const Rows rows = impl_->query(step);
    std::vector<std::pair<RunId, EventId>> found;
    found.reserve(static_cast<std::size_t>(rows.size()));
    for (int i = 0; i < rows.size(); ++i)
        found.emplace_back(RunId{rows.uuid(i, 0)}, EventId{rows.int32(i, 1)});
    return found;
}

void HotConnection::release(WorkerNo worker, const std::vector<std::pair<RunId, Fence>>& runs) {
    std::vector<std::pair<RunId, Fence>> sorted = runs;
    std::ranges::sort(sorted);
    BinaryArray ids{Of::uuid}, epochs{Of::int32}, tokens{Of::int64};
    for (const auto& [run, fence] : sorted) {
        ids.add(run.value);
        epochs.add(fence.epoch);
        tokens.add(fence.token);
    }
    Step step{{"release_runs", sql::release_runs}, {}};
    step.params.add(worker.value).add(ids).add(epochs).add(tokens);
    impl_->query(step);  // fenced, so sending it twice is harmless
}

}  // namespace durable::store
