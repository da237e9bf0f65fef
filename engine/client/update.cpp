// Updates: sending them, and waiting for what becomes of them.

#include "engine/client/update.hpp"

#include <thread>

#include "engine/client/client_impl.hpp"
#include "engine/client/pause.hpp"

namespace durable::client {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

bool reached(UpdateStage stage, WaitFor wanted) {
    switch (wanted) {
        case WaitFor::admitted:
            return true;
        case WaitFor::accepted:
            return stage != UpdateStage::admitted;
        case WaitFor::completed:
            break;
    }
    return stage != UpdateStage::admitted && stage != UpdateStage::accepted;
}

history::UpdateAccepted request(const std::string& name, const Payload& input, const std::string& id) {
    return {.id = id, .name = name, .input = input};
}

NotFound nobody(const RunRef& ref, SendResult why) {
    if (why == SendResult::not_found) return NotFound("there is no " + describe_ref(ref));
    return NotFound(describe_ref(ref) + " has ended: it takes no updates");
}

std::string text_of(const UpdateInfo& info) {
    const bool rejected = info.stage == UpdateStage::rejected;
    return "update " + info.name + (rejected ? " was rejected: " : " was not answered: ") +
           (info.failure ? info.failure->to_string() : std::string{"nobody said why"});
}

}  // namespace

UpdateRefused::UpdateRefused(UpdateInfo info) : std::runtime_error(text_of(info)), info_(std::move(info)) {}

Payload result_of(const UpdateInfo& info) {
    if (info.stage != UpdateStage::completed) throw UpdateRefused(info);
    if (info.failure) throw_failure(*info.failure);
    return info.result;
}

/// Out of the form of rows.
void Client::Impl::open(UpdateInfo& info) {
    const history::UpdateCompleted outcome{.accepted = {}, .result = info.result, .failure = info.failure};
    std::string encoded = history::encode_event(outcome);
    const std::string problem = gate.open_event(encoded);
    if (!problem.empty()) throw std::runtime_error("the outcome of update " + info.id + ": " + problem);
    const history::Event opened = history::decode_event(encoded);
    info.result = std::get<history::UpdateCompleted>(opened).result;
    info.failure = std::get<history::UpdateCompleted>(opened).failure;
}

store::Admitted Client::update(pqxx::transaction_base& tx, const RunRef& to, const std::string& name,
                               const Payload& input, const std::string& update_id,
                               std::source_location where) {
    const Payload sealed = impl_->seal(tx, to, "request of update " + name, input, where);
    store::Admitted admitted = store::admit(tx, to, request(name, sealed, update_id));
    if (admitted.info) impl_->open(*admitted.info);
    return admitted;
}

UpdateInfo Client::update(const RunRef& to, const std::string& name, const Payload& input,
                          const UpdateOptions& options, std::source_location where) {
    const std::string id = options.id.empty() ? impl_->ids.uuid_v7().to_string() : options.id;
    store::Admitted admitted;
    impl_->send(
        [&](pqxx::transaction_base& tx, bool) {
            admitted = update(tx, to, name, input, id, where);
            return admitted.sent;
        },
        to);
    if (!admitted.info) throw nobody(to, admitted.sent);
    if (reached(admitted.info->stage, options.wait)) return *admitted.info;
    return update_result({to.name_space, admitted.info->run, {}}, id, options.wait, options.timeout);
}

UpdateInfo Client::update_result(const RunRef& of, const std::string& id, WaitFor wait,
                                 milliseconds timeout) {
    const auto give_up = Clock::now() + std::min<milliseconds>(timeout, std::chrono::hours{24 * 365});
    // Before the first look, so that no answer falls between the look and the wait.
    std::optional<ClosedWatch::Waiter> waiter;
    if (impl_->closed) waiter.emplace(*impl_->closed);
    Pause pause;
    while (true) {
        std::optional<UpdateInfo> info;
        impl_->transactions.look([&](pqxx::transaction_base& tx) { info = store::find_update(tx, of, id); });
        if (!info) throw NotFound(describe_ref(of) + " has never got an update with the id " + id);
        if (reached(info->stage, wait)) {
            impl_->open(*info);
            return *info;
        }
        const auto left = std::chrono::ceil<milliseconds>(give_up - Clock::now());
        if (left <= milliseconds::zero()) {
            throw WaitTimedOut("update " + id + " is only " + std::string{to_string(info->stage)} +
                               " after " + std::to_string(timeout.count()) + " ms: ask again with its id");
        }
        waiter ? waiter->wait(pause.next(left)) : std::this_thread::sleep_for(pause.next(left));
    }
}

store::UpdateWithStartResult Client::update_with_start(pqxx::transaction_base& tx, const std::string& type,
                                                       const Payload& input, const StartOptions& options,
                                                       const std::string& name, const Payload& message,
                                                       const std::string& update_id,
                                                       std::source_location where) {
    auto start = request_of(impl_->ids.run_id(), type, input, options);
    return impl_->update_with_start(tx, start, options.subject, request(name, message, update_id), where);
}

store::UpdateWithStartResult Client::Impl::update_with_start(pqxx::transaction_base& tx,
                                                             store::StartRequest start,
                                                             const std::string& person,
                                                             history::UpdateAccepted update,
                                                             const std::source_location& where) {
    update.input = seal_for_start(tx, start, person, "request of update " + update.name, update.input, where);
    auto sent = store::update_with_start(tx, start, update);
    if (sent.update.info) open(*sent.update.info);
    return sent;
}

UpdateWithStart Client::update_with_start(const std::string& type, const Payload& input,
                                          const StartOptions& options, const std::string& name,
                                          const Payload& message, const UpdateOptions& how,
                                          std::source_location where) {
    const auto start = request_of(impl_->ids.run_id(), type, input, options);
    const std::string id = how.id.empty() ? impl_->ids.uuid_v7().to_string() : how.id;
    store::UpdateWithStartResult sent;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool) {
        sent = impl_->update_with_start(tx, start, options.subject, request(name, message, id), where);
    });
    // The run is ours: an earlier attempt of this very call had committed.
    if (sent.start.run == start.run) sent.start.outcome = StartResult::Outcome::started;
    const RunRef run{options.name_space, sent.start.run, {}};
    if (!sent.update.info) throw nobody(run, sent.update.sent);
    if (sent.update.sent == SendResult::delivered) {
        impl_->notifier.runs_ready(options.queue);
        impl_->notifier.messages(options.queue);
    }
    if (reached(sent.update.info->stage, how.wait)) return {sent.start, *sent.update.info};
    return {sent.start, update_result(run, id, how.wait, how.timeout)};
}

}  // namespace durable::client
