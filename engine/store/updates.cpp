#include "engine/store/updates.hpp"

#include <fmt/format.h>

#include <array>

#include "engine/store/live_run.hpp"
#include "engine/store/names.hpp"
#include "engine/store/start_delay.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr std::array<std::string_view, 5> stage_names{"admitted", "accepted", "completed", "rejected",
                                                      "aborted"};

UpdateStage stage_of(std::string_view name) {
    for (std::size_t i = 0; i < stage_names.size(); ++i) {
        if (stage_names[i] == name) return static_cast<UpdateStage>(i);
    }
    throw std::runtime_error(fmt::format("the database has an update of unknown stage {}", name));
}

void take_outcome(UpdateInfo& info, std::string_view bytes) {
    const history::Event event = history::decode_event(bytes);
    const auto* outcome = std::get_if<history::UpdateCompleted>(&event);
    if (outcome == nullptr) throw std::runtime_error("the outcome of update " + info.id + " is none");
    info.result = outcome->result;
    info.failure = outcome->failure;
}

/// An end that has not told its updates so: whoever asks must not wait for ever.
void break_off(UpdateInfo& info) {
    info.stage = UpdateStage::aborted;
    take_outcome(info, broken_off("has ended before the update was answered", false));
}

std::optional<UpdateInfo> look_up(pqxx::transaction_base& tx, RunId run, const std::string& id) {
    const auto rows = tx.exec_params(std::string{sql::find_update}, run.value.to_string(), id);
    if (rows.empty()) return std::nullopt;
    const auto& row = rows[0];
    UpdateInfo info;
    info.id = id;
    info.chain = RunId{uuid_of(row["chain_id"].c_str())};
    info.run = RunId{uuid_of(row["run_id"].c_str())};
    info.name = row["name"].as<std::string>();
    info.stage = stage_of(row["stage"].c_str());
    if (!row["outcome"].is_null()) {
        take_outcome(info, bytes_of(row["outcome"].c_str()));
    } else if (!row["open"].as<bool>()) {
        break_off(info);
    }
    return info;
}

SendResult put(pqxx::transaction_base& tx, const LiveRun& live, const history::UpdateAccepted& update) {
    const auto row = tx.exec_params(std::string{sql::admit_update}, live.run.value.to_string(),
                                    live.chain.value.to_string(), update.id, update.name,
                                    bytea_text(history::encode_event(update)), updates_under_way_max)[0];
    if (row["admitted"].as<bool>()) return SendResult::delivered;
    if (row["known_as"].is_null()) {
        throw TooMany(
            fmt::format("the workflow has {} updates under way, at most {} are allowed: wait for some of "
                        "them and send this one again",
                        row["under_way"].as<std::int64_t>(), updates_under_way_max));
    }
    if (const auto name = row["known_as"].as<std::string>(); name != update.name) {
        throw std::invalid_argument(
            fmt::format("the update id {} belongs to an update called {}: give each request an id of its own",
                        update.id, name));
    }
    return SendResult::duplicate;
}

void check(const history::UpdateAccepted& update) {
    check_name("update", update.name);
    check_name("update id", update.id);
}

}  // namespace

std::string_view to_string(UpdateStage stage) {
    return stage_names[static_cast<std::size_t>(stage)];
}

std::string broken_off(const std::string& why, bool retryable) {
    Failure failure{.type = "WorkflowClosed", .message = "the workflow " + why, .retryable = retryable};
    return history::encode_event(
        history::UpdateCompleted{.accepted = EventId{}, .result = {}, .failure = std::move(failure)});
}

Admitted admit(pqxx::transaction_base& tx, const RunRef& to, const history::UpdateAccepted& update) {
    check(update);
    Admitted admitted;
    RunRef at = to;
    admitted.sent = with_live(tx, to, [&](const LiveRun& live) {
        at.run = live.run;
        return put(tx, live, update);
    });
    if (admitted.sent == SendResult::not_found) return admitted;
    admitted.info = find_update(tx, at, update.id);
    const bool told = admitted.sent == SendResult::closed && admitted.info;
    if (told) admitted.sent = SendResult::duplicate;
    return admitted;
}

std::optional<UpdateInfo> find_update(pqxx::transaction_base& tx, const RunRef& of, const std::string& id) {
    const auto run = resolve(tx, of);
    return run ? look_up(tx, *run, id) : std::nullopt;
}

UpdateWithStartResult update_with_start(pqxx::transaction_base& tx, const StartRequest& given,
                                        const history::UpdateAccepted& update) {
    check(update);
    StartRequest request = given;
    if (request.conflict == ConflictPolicy::fail) request.conflict = ConflictPolicy::use_existing;
    const RunRef named{request.name_space, {}, request.workflow};
    if (const auto known = find_update(tx, named, update.id); known && known->name == update.name) {
        const auto run = resolve(tx, named);
        const bool again =
            known->stage == UpdateStage::aborted && known->failure && known->failure->retryable;
        if (!again) return {{StartResult::Outcome::existing, *run}, {SendResult::duplicate, known}};
    }
    UpdateWithStartResult result{start(tx, std::array{request}).front(), {SendResult::closed, {}}};
    if (result.start.outcome == StartResult::Outcome::already_closed) return result;
    result.update = admit(tx, {request.name_space, result.start.run, {}}, update);
    keep_start_delay(tx, request, result.start);
    return result;
}

}  // namespace durable::store
