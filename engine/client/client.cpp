#include "engine/client/client.hpp"

#include <algorithm>
#include <array>

#include "engine/client/client_impl.hpp"

namespace durable::client {
namespace {

StartResult start_one(pqxx::transaction_base& tx, const store::StartRequest& request) {
    StartResult result = store::start(tx, std::array{request}).front();
    // The run is ours: an earlier attempt of this very call had committed.
    if (result.run == request.run) result.outcome = StartResult::Outcome::started;
    return result;
}

}  // namespace

store::StartRequest request_of(RunId run, const std::string& type, const Payload& input,
                               const StartOptions& options) {
    store::StartRequest request;
    request.name_space = options.name_space;
    request.workflow = options.workflow;
    request.type = type;
    request.input = input;
    request.tenant = options.tenant;
    request.queue = options.queue;
    request.run = run;
    request.request_id = options.request_id;
    request.conflict = options.conflict;
    request.reuse = options.reuse;
    request.run_timeout = options.run_timeout;
    request.start_delay = options.start_delay;
    request.execution_timeout = options.execution_timeout;
    request.retry = options.retry;
    request.on_mismatch = options.on_mismatch;
    request.scheduled_for = options.scheduled_for;
    request.attributes = options.attributes;
    request.share = options.share;
    request.limit = options.limit;
    return request;
}

std::string describe_ref(const RunRef& ref) {
    if (ref.run) return "run " + ref.run->value.to_string();
    return "workflow " + ref.workflow.value + " in namespace " + ref.name_space;
}

history::History decode_rows(const std::vector<store::HistoryRow>& rows) {
    history::History activations;
    activations.reserve(rows.size());
    for (const auto& row : rows)
        activations.push_back(history::decode_activation(row.first_event, row.bytes));
    return activations;
}

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(options)) {}
Client::~Client() = default;

// --- start -------------------------------------------------------------------------------------------------

RunId Client::new_run_id() {
    return impl_->ids.run_id();
}

StartResult Client::start(pqxx::transaction_base& tx, const std::string& type, const Payload& input,
                          const StartOptions& options, std::source_location where) {
    auto request = request_of(new_run_id(), type, input, options);
    impl_->seal(tx, request, options.subject, where);
    return start_one(tx, request);
}

StartResult Client::start(const std::string& type, const Payload& input, const StartOptions& options,
                          std::source_location where) {
    const auto request = request_of(new_run_id(), type, input, options);
    // Most ids are free, and then one statement does it.
    if (auto started = impl_->start_at_once(request, options.subject, where)) {
        notify(options.queue);
        return *started;
    }
    StartResult result{};
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool) {
        auto sealed = request;
        impl_->seal(tx, sealed, options.subject, where);
        result = start_one(tx, sealed);
    });
    if (result.outcome == StartResult::Outcome::started) notify(options.queue);
    return result;
}

std::optional<StartResult> Client::Impl::start_at_once(const store::StartRequest& request,
                                                       const std::string& person,
                                                       std::source_location where) {
    if (!gate.passes(request.input.json)) return std::nullopt;
    std::optional<StartResult> started;
    transactions.write_at_once([&](pqxx::transaction_base& tx, bool) {
        auto sealed = request;
        seal(tx, sealed, person, where);
        started = store::start_at_once(tx, sealed);
    });
    return started;
}

std::vector<StartResult> Client::start_many(pqxx::transaction_base& tx,
                                            std::span<const store::StartRequest> requests) {
    const auto passes = [&](const store::StartRequest& request) {
        return impl_->gate.passes(request.input.json);
    };
    if (std::ranges::all_of(requests, passes)) return store::start(tx, requests);
    std::vector<store::StartRequest> sealed{requests.begin(), requests.end()};
    for (store::StartRequest& request : sealed) impl_->seal(tx, request, request.person, {});
    return store::start(tx, sealed);
}

store::SignalWithStartResult Client::signal_with_start(pqxx::transaction_base& tx, const std::string& type,
                                                       const Payload& input, const StartOptions& options,
                                                       const std::string& name, const Payload& message,
                                                       std::source_location where) {
    auto request = request_of(new_run_id(), type, input, options);
    const Payload sealed =
        impl_->seal_for_start(tx, request, options.subject, "message of signal " + name, message, where);
    return store::signal_with_start(tx, request, history::SignalReceived{name, sealed, options.request_id});
}

store::SignalWithStartResult Client::signal_with_start(const std::string& type, const Payload& input,
                                                       const StartOptions& options, const std::string& name,
                                                       const Payload& message, std::source_location where) {
    // Without an id of its own it could not be recognised when its commit's answer was lost.
    const bool own_id = options.request_id.empty();
    StartOptions identified = options;
    if (own_id) identified.request_id = impl_->ids.uuid_v7().to_string();
    const auto request = request_of(new_run_id(), type, input, identified);
    store::SignalWithStartResult result;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        auto sealed = request;
        const Payload sent =
            impl_->seal_for_start(tx, sealed, options.subject, "message of signal " + name, message, where);
        result = store::signal_with_start(tx, sealed, {name, sent, identified.request_id});
        if (result.start.run == request.run) result.start.outcome = StartResult::Outcome::started;
        const bool mine = result.signal == SendResult::duplicate && (own_id || in_doubt);
        if (mine) result.signal = SendResult::delivered;
    });
    if (result.signal != SendResult::delivered) return result;
    impl_->notifier.runs_ready(options.queue);
    impl_->notifier.messages(options.queue);
    return result;
}

// --- messages ----------------------------------------------------------------------------------------------

SendResult Client::signal(pqxx::transaction_base& tx, const RunRef& to, const std::string& name,
                          const Payload& message, const std::string& request_id, std::source_location where) {
    const Payload sealed = impl_->seal(tx, to, "message of signal " + name, message, where);
    return store::send(tx, to, history::SignalReceived{name, sealed, request_id}, request_id).result;
}

SendResult Client::signal(const RunRef& to, const std::string& name, const Payload& message,
                          const std::string& request_id, std::source_location where) {
    // Without an id of its own a message could not be recognised when its commit's answer was lost.
    const bool own_id = request_id.empty();
    const std::string id = own_id ? impl_->ids.uuid_v7().to_string() : request_id;
    const auto send = [&](pqxx::transaction_base& tx, bool in_doubt) {
        const Payload sealed = impl_->seal(tx, to, "message of signal " + name, message, where);
        store::Sent sent = store::send(tx, to, history::SignalReceived{name, sealed, id}, id);
        const bool mine = sent.result == SendResult::duplicate && (own_id || in_doubt);
        if (mine) sent.result = SendResult::delivered;
        return sent;
    };
    return impl_->deliver(send, impl_->gate.passes(message.json));
}

SendResult Client::cancel(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                          const std::string& identity) {
    return store::send(tx, run, history::CancelRequested{reason, identity}, "").result;
}

SendResult Client::cancel(const RunRef& run, const std::string& reason, const std::string& identity) {
    const std::string id = impl_->ids.uuid_v7().to_string();
    const auto send = [&](pqxx::transaction_base& tx, bool) {
        store::Sent sent = store::send(tx, run, history::CancelRequested{reason, identity}, id);
        if (sent.result == SendResult::duplicate) sent.result = SendResult::delivered;
        return sent;
    };
    return impl_->deliver(send, true);
}

SendResult Client::terminate(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                             const std::string& identity) {
    return store::terminate(tx, run, reason, identity);
}

SendResult Client::terminate(const RunRef& run, const std::string& reason, const std::string& identity) {
    std::optional<RunId> ended;
    SendResult result = SendResult::not_found;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        ended = store::resolve(tx, run);
        if (!ended) {
            result = SendResult::not_found;
            return;
        }
        ended = store::newest_of_chain(tx, *ended).value_or(*ended);
        result = store::terminate(tx, RunRef{run.name_space, ended, {}}, reason, identity);
        if (!in_doubt || result != SendResult::closed) return;
        const auto closed = store::closed(tx, *ended);
        if (closed && closed->status == replay::RunStatus::terminated) result = SendResult::delivered;
    });
    if (result == SendResult::delivered) impl_->notifier.closed({*ended});
    return result;
}

SendResult Client::Impl::send(const std::function<SendResult(pqxx::transaction_base&, bool)>& body,
                              const RunRef& to) {
    SendResult result = SendResult::not_found;
    std::string queue;
    transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        result = body(tx, in_doubt);
        if (result != SendResult::delivered) return;
        // Whom to tell. The row is locked by us, so it cannot close under the question.
        queue = store::queue_of(tx, to).value_or("");
    });
    if (result == SendResult::delivered && !queue.empty()) notifier.messages(queue);
    return result;
}

SendResult Client::Impl::deliver(const std::function<store::Sent(pqxx::transaction_base&, bool)>& send,
                                 bool at_once) {
    store::Sent sent;
    const auto body = [&](pqxx::transaction_base& tx, bool in_doubt) { sent = send(tx, in_doubt); };
    if (at_once) {
        transactions.write_at_once(body);
    } else {
        transactions.write(body);
    }
    if (sent.result == SendResult::delivered) notifier.messages(sent.queue);
    return sent.result;
}

void Client::notify(const std::string& queue) {
    impl_->notifier.runs_ready(queue);
}

// --- reading -----------------------------------------------------------------------------------------------

std::optional<RunInfo> Client::describe(const RunRef& run) {
    std::optional<RunInfo> info;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { info = store::describe(tx, run); });
    return info;
}

std::vector<store::ListedRun> Client::list(const ListFilter& filter) {
    std::vector<store::ListedRun> runs;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { runs = store::list(tx, filter); });
    return runs;
}

store::Counts Client::count(const ListFilter& filter) {
    store::Counts counts;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { counts = store::count(tx, filter); });
    return counts;
}

history::History Client::history(RunId run, EventId from) {
    std::vector<store::HistoryRow> rows;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { rows = store::load_history(tx, run, from); });
    return impl_->open_rows(std::move(rows)).history;
}

std::optional<RunId> Client::resolve(const RunRef& ref) {
    std::optional<RunId> run;
    impl_->transactions.look([&](pqxx::transaction_base& tx) { run = store::resolve(tx, ref); });
    return run;
}

std::vector<store::LiveWorker> Client::live_workers() {
    std::vector<store::LiveWorker> workers;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { workers = store::live_workers(tx); });
    return workers;
}

}  // namespace durable::client
