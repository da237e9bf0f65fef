#include "api/ingress/functions/function_desk.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "activities/http/message.hpp"
#include "activities/spoken.hpp"
#include "activities/vapi/live_control.hpp"
#include "api/ingress/columns.hpp"
#include "api/ingress/functions/situation.hpp"
#include "api/ingress/start_once.hpp"
#include "api_sql.hpp"
#include "workflows/notify.hpp"

namespace callflex::ingress::functions {

namespace {

constexpr std::size_t line_max = 600;
/// More than any conversation needs: a model that goes round in circles stops leaving rows and messages.
constexpr std::int64_t actions_max = 100;
constexpr std::string_view enough =
    "I've noted everything I can during this call. Is there anything else I can help you with?";
constexpr std::string_view unknown_function = "I'm sorry, I can't do that. May I take a message instead?";

/// The control URL if it may be used, else "".
std::string usable(const VapiConfig& control, const std::string& url) {
    if (url.empty()) return {};
    try {
        (void)vapi::control_url(control, url);
        return url;
    } catch (const http::BadUrl&) {
        spdlog::warn("a control URL leads to a host that VAPI_CONTROL_HOSTS does not allow");
        return {};
    }
}

nlohmann::json data_of(const Outcome& outcome) {
    nlohmann::json data = outcome.data;
    if (outcome.error) data["error"] = true;
    return data;
}

}  // namespace

/// One function on its way: what it comes to, unless it turns out to be a repeat.
struct FunctionDesk::Work {
    const AskedFunction* asked = nullptr;
    std::string action_id;
    Outcome outcome;
    bool fresh = false;
    Answer answer;
};

std::optional<std::vector<Answer>> FunctionDesk::answer(pqxx::work& tx, const Question& question) const {
    auto known = look_up(tx, question.organization_id, question.asked.call);
    if (!known) return std::nullopt;
    Situation& situation = known->situation;
    situation.control_url = usable(control_, question.asked.control_url);
    situation.now = question.now;

    std::vector<Work> works;
    for (std::size_t i = 0; i < question.asked.functions.size(); ++i) {
        Work work;
        work.asked = &question.asked.functions[i];
        work.action_id = question.action_ids[i];
        situation.action_id = work.action_id;
        work.outcome = act(*work.asked, situation);
        work.answer = {work.asked->name, work.asked->tool_call_id, std::string{enough}, false};
        works.push_back(std::move(work));
    }
    if (known->actions < actions_max) record(tx, question, works);
    recall(tx, question, works);
    start_effects(tx, question, works);
    std::vector<Answer> out;
    for (Work& work : works) out.push_back(std::move(work.answer));
    return out;
}

Outcome FunctionDesk::act(const AskedFunction& asked, const Situation& situation) const {
    const Function function = find_function(asked.name);
    Outcome out;
    if (function == nullptr) {
        out.error = true;
        out.line = unknown_function;
    } else if (asked.arguments_json.empty()) {
        out = ask_again("I'm sorry, I didn't catch the details. Could you say that once more?");
    } else {
        out = function(Arguments{nlohmann::json::parse(asked.arguments_json)}, situation);
    }
    out.line = one_line(out.line, line_max);
    return out;
}

void FunctionDesk::record(pqxx::work& tx, const Question& question, std::vector<Work>& works) const {
    Column id, key, type, data, status, line;
    for (const Work& work : works) {
        id.add(work.action_id);
        key.add(work.asked->key);
        type.add(find_function(work.asked->name) == nullptr ? "unknown" : std::string_view{work.asked->name});
        data.add(data_of(work.outcome).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
        status.add(name(work.outcome.status));
        line.add(work.outcome.line);
    }
    const auto rows = tx.exec_params(std::string{api::sql::record_actions}, question.organization_id,
                                     question.asked.call.vapi_call_id, id.literal(), key.literal(),
                                     type.literal(), data.literal(), status.literal(), line.literal());
    std::set<std::string, std::less<>> fresh;
    for (const auto& row : rows) fresh.insert(row[0].as<std::string>());
    for (Work& work : works) {
        // The same tool call twice in one message acts once: the second one is a repeat of the first.
        work.fresh = fresh.erase(work.asked->key) == 1;
        if (!work.fresh) continue;
        work.answer.line = work.outcome.line;
        work.answer.error = work.outcome.error;
    }
}

void FunctionDesk::recall(pqxx::work& tx, const Question& question, std::vector<Work>& works) const {
    Column keys;
    for (const Work& work : works) {
        if (!work.fresh) keys.add(work.asked->key);
    }
    if (std::ranges::all_of(works, &Work::fresh)) return;
    std::map<std::string, std::pair<std::string, bool>, std::less<>> said;
    for (const auto& row : tx.exec_params(std::string{api::sql::find_actions}, question.organization_id,
                                          question.asked.call.vapi_call_id, keys.literal())) {
        said[row["tool_call_id"].as<std::string>()] = {row["result"].as<std::string>(),
                                                       row["is_error"].as<bool>()};
    }
    for (Work& work : works) {
        const auto found = said.find(work.asked->key);
        if (work.fresh || found == said.end()) continue;
        std::tie(work.answer.line, work.answer.error) = found->second;
    }
}

void FunctionDesk::start_effects(pqxx::work& tx, const Question& question,
                                 const std::vector<Work>& works) const {
    std::vector<durable::store::StartRequest> starts;
    const std::string& organization = question.organization_id;
    const std::string& caller = caller_of(question.asked.call);
    for (const Work& work : works) {
        if (!work.fresh) continue;
        for (const NotifyRequest& message : work.outcome.messages) {
            starts.push_back(
                start_once(client_, notify, message, organization, notify_id(message).value, caller));
        }
        if (const auto& reminder = work.outcome.reminder) {
            starts.push_back(start_once(client_, callback_reminder, *reminder, organization,
                                        "callback-reminder-" + reminder->action_id, caller));
        }
        if (const auto& transfer = work.outcome.transfer) {
            starts.push_back(start_once(client_, callflex::transfer_call, *transfer, organization,
                                        "transfer-call-" + transfer->action_id, caller));
        }
    }
    if (!starts.empty()) (void)client_.start_many(tx, starts);
}

std::optional<FunctionDesk::Destination> FunctionDesk::destination(pqxx::work& tx,
                                                                   const std::string& organization_id,
                                                                   const TransferRequest& request) const {
    const auto known = look_up(tx, organization_id, request.call);
    if (!known) return std::nullopt;
    const OrganizationSettings& settings = known->situation.settings;
    std::vector<TransferTarget> wanted{TransferTarget::dispatch, TransferTarget::manager};
    // Asked for by name: that one or nobody. The emergency line is never a guess.
    if (const auto named = transfer_target(request.destination)) wanted = {*named};
    for (const TransferTarget target : wanted) {
        const auto& numbers = settings.numbers(target);
        if (!numbers.empty()) return Destination{numbers.front(), "One moment please, I'm connecting you."};
    }
    return Destination{{}, "I'm sorry, nobody can take your call right now. May I take a message instead?"};
}

}  // namespace callflex::ingress::functions
