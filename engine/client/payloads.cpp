// Payloads of callers, on their way into rows inside a transaction, and back.

#include "engine/client/client_impl.hpp"

namespace durable::client {

void Client::Impl::seal(pqxx::transaction_base& tx, store::StartRequest& request, const std::string& person,
                        const std::source_location& where) {
    gate.check_size("input of workflow " + request.type, request.input.json, where);
    request.subject = gate.subject_token(person);
    if (gate.passes(request.input.json)) return;
    request.input.json =
        gate.seal_value(std::move(request.input.json), {request.run, request.tenant, request.subject}, &tx);
}

Payload Client::Impl::seal(pqxx::transaction_base& tx, const RunRef& to, const std::string& what,
                           const Payload& message, const std::source_location& where) {
    gate.check_size(what, message.json, where);
    if (gate.passes(message.json)) return message;
    const auto run = store::resolve(tx, to);
    const auto scope = run ? store::payload_scope(tx, *run) : std::nullopt;
    // Nobody will get it: whoever sends it finds that out.
    if (!scope) return message;
    return Payload{gate.seal_value(message.json, *scope, &tx)};
}

Payload Client::Impl::seal_for_start(pqxx::transaction_base& tx, store::StartRequest& request,
                                     const std::string& person, const std::string& what,
                                     const Payload& message, const std::source_location& where) {
    seal(tx, request, person, where);
    gate.check_size(what, message.json, where);
    if (gate.passes(message.json)) return message;
    const RunRef to{request.name_space, std::nullopt, request.workflow};
    if (store::queue_of(tx, to)) return seal(tx, to, what, message, where);
    return Payload{gate.seal_value(message.json, {request.run, request.tenant, request.subject}, &tx)};
}

Recorded Client::Impl::recorded(RunId run) {
    std::vector<store::HistoryRow> rows;
    transactions.read([&](pqxx::transaction_base& tx) { rows = store::load_history(tx, run, EventId{1}); });
    return open_rows(std::move(rows));
}

history::History Client::history_page(RunId run, const store::HistoryPage& page) {
    std::vector<store::HistoryRow> rows;
    impl_->transactions.look(
        [&](pqxx::transaction_base& tx) { rows = store::load_history_page(tx, run, page); });
    return impl_->open_rows(std::move(rows)).history;
}

Recorded Client::Impl::open_rows(std::vector<store::HistoryRow> rows) {
    gate.open(rows);
    Recorded recorded{decode_rows(rows), {}};
    for (const store::HistoryRow& row : rows) {
        if (recorded.unreadable.empty()) recorded.unreadable = row.unreadable;
    }
    return recorded;
}

}  // namespace durable::client
