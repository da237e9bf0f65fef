#include "api/ingress/reception.hpp"

#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "api/ingress/line_desk.hpp"

namespace callflex::ingress {

namespace {

using nlohmann::ordered_json;

/// assistant-request is given up after 7.5 s; a tool call's caller hears silence.
constexpr std::chrono::milliseconds patience{6'000};
/// Each job is a handful of round trips: more of them at once instead of larger batches.
constexpr int threads_min = 4;

IngressOptions hurried(IngressOptions options) {
    options.commit_patience = std::min(options.commit_patience, patience);
    options.committers = std::max(options.committers, threads_min);
    return options;
}

VapiConfig control_of(const IngressOptions& options) {
    VapiConfig out;
    out.control_hosts = options.control_hosts;
    return out;
}

http::Response ok(const ordered_json& body) {
    return http::json(200, body.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

http::Response foreign(const std::string& request_id) {
    http::Response response = http::problem(401, "The request could not be authenticated.", request_id);
    response.fields.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

/// In the form that was asked: {"results": [...]}, or the older {"result": "..."}.
http::Response spoken(const ToolCalls& asked, const std::vector<functions::Answer>& answers) {
    if (asked.legacy) return ok({{"result", answers.front().line}});
    ordered_json results = ordered_json::array();
    for (const functions::Answer& answer : answers) {
        results.push_back({{"name", answer.name},
                           {"toolCallId", answer.tool_call_id},
                           {answer.error ? "error" : "result", answer.line}});
    }
    return ok({{"results", std::move(results)}});
}

http::Response not_saved(const ToolCalls& asked) {
    std::vector<functions::Answer> answers;
    for (const AskedFunction& function : asked.functions) {
        answers.push_back({function.name, function.tool_call_id,
                           "I'm sorry, I couldn't save that just now. Let me try once more in a moment.",
                           true});
    }
    return spoken(asked, answers);
}

http::Response routed(const RoutingDecision& decision, const IncomingLine& line) {
    if (const auto* assistant = std::get_if<AnswerByAssistant>(&decision)) {
        return ok({{"assistantId", assistant->vapi_assistant_id},
                   {"assistantOverrides", {{"variableValues", {{"businessName", line.business}}}}}});
    }
    if (const auto* person = std::get_if<AnswerByPerson>(&decision)) {
        return ok({{"destination",
                    {{"type", "number"}, {"number", person->number}, {"message", person->message}}}});
    }
    return ok({{"error", std::get<Declined>(decision).line}});
}

}  // namespace

Reception::Reception(const IngressOptions& options, durable::client::Client& client, Metrics& metrics)
    : options_{hurried(options)},
      control_{control_of(options_)},
      client_{client},
      desk_{client, control_},
      transactions_{options_, client, metrics} {}

boost::asio::awaitable<http::Response> Reception::answer(durable::Uuid organization, ToolCalls asked,
                                                         std::string request_id) {
    auto question = std::make_shared<functions::Question>();
    question->organization_id = organization.to_string();
    question->asked = std::move(asked);
    question->now = std::chrono::floor<durable::Duration>(options_.now());
    for (std::size_t i = 0; i < question->asked.functions.size(); ++i) {
        question->action_ids.push_back(client_.new_run_id().value.to_string());
    }
    const functions::FunctionDesk& desk = desk_;
    TransactionRunner::Job job = [question, request_id, &desk](pqxx::work& tx) {
        const auto answers = desk.answer(tx, *question);
        return answers ? spoken(question->asked, *answers) : foreign(request_id);
    };
    http::Response response = co_await transactions_.run(std::move(job), request_id);
    if (response.status == 503 || response.status == 422) {
        spdlog::warn("a tool call was not saved: request_id={} status={}", request_id, response.status);
        co_return not_saved(question->asked);
    }
    co_return response;
}

boost::asio::awaitable<http::Response> Reception::answer(durable::Uuid organization, AssistantRequest request,
                                                         std::string request_id) {
    const auto now = std::chrono::floor<durable::Duration>(options_.now());
    durable::client::Client& client = client_;
    TransactionRunner::Job job = [request = std::move(request), organization_id = organization.to_string(),
                                  now, request_id, &client](pqxx::work& tx) {
        const auto looked_up = look_up_line(tx, organization_id, request.call);
        if (!looked_up) return foreign(request_id);
        warn_of_overage(tx, client, organization_id, *looked_up);
        const RoutingDecision decision = decide(looked_up->line, now);
        if (const auto* declined = std::get_if<Declined>(&decision)) {
            spdlog::info("a call was declined: organization={} reason={}", organization_id, declined->reason);
        }
        return routed(decision, looked_up->line);
    };
    co_return co_await transactions_.run(std::move(job), request_id);
}

boost::asio::awaitable<http::Response> Reception::answer(durable::Uuid organization, TransferRequest request,
                                                         std::string request_id) {
    const functions::FunctionDesk& desk = desk_;
    TransactionRunner::Job job = [request = std::move(request), organization_id = organization.to_string(),
                                  request_id, &desk](pqxx::work& tx) {
        const auto destination = desk.destination(tx, organization_id, request);
        if (!destination) return foreign(request_id);
        if (destination->number.empty()) return ok({{"error", destination->line}});
        return ok({{"destination",
                    {{"type", "number"},
                     {"number", destination->number},
                     {"message", destination->line},
                     {"transferPlan", {{"mode", "blind-transfer"}}}}}});
    };
    co_return co_await transactions_.run(std::move(job), request_id);
}

}  // namespace callflex::ingress
