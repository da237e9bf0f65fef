#include "activities/vapi/assistant_activities.hpp"

#include "activities/creation.hpp"
#include "activities/vapi/assistants.hpp"
#include "activities/vapi/exchange.hpp"

namespace callflex::vapi {
namespace {

using boost::asio::awaitable;

/// How far VAPI's clock and the database's may be apart.
constexpr std::chrono::minutes clock_skew_max{1};

AssistantSpec spec_of(const PreparedAssistant& assistant) {
    return {.organization_id = assistant.organization_id,
            .op_id = assistant.assistant_id,
            .name = assistant.name,
            .first_message = assistant.first_message,
            .prompt = assistant.prompt,
            .model = assistant.model,
            .voice = assistant.voice,
            .functions = assistant.functions};
}

awaitable<Answer<Sighting<CreatedAssistant>>> look_for(std::shared_ptr<Vendors> vendors,
                                                       durable::ActivityContext& context, std::string op_id,
                                                       durable::Timestamp prepared_at) {
    const http::Result result = co_await exchange(
        vendors, context, assistant_listing(vendors->config.vapi, prepared_at - clock_skew_max));
    const auto answer = read_assistants(result);
    if (const auto* failure = std::get_if<VendorFailure>(&answer)) co_return *failure;
    const auto& list = std::get<AssistantList>(answer);
    Sighting<CreatedAssistant> sighting{.found = {}, .complete = list.complete};
    if (const auto found = find_by_op(list, op_id)) sighting.found = CreatedAssistant{found->id};
    co_return sighting;
}

awaitable<Answer<CreatedAssistant>> make(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                         AssistantSpec spec) {
    const http::Result result =
        co_await exchange(vendors, context, assistant_creation(vendors->config, spec));
    const auto answer = read_assistant(result);
    if (const auto* failure = std::get_if<VendorFailure>(&answer)) co_return *failure;
    co_return CreatedAssistant{std::get<Assistant>(answer).id};
}

Look<CreatedAssistant> looking_for(const std::shared_ptr<Vendors>& vendors, durable::ActivityContext& context,
                                   const PreparedAssistant& assistant) {
    return [vendors, &context, op = assistant.assistant_id, since = assistant.prepared_at] {
        return look_for(vendors, context, op, since);
    };
}

}  // namespace

awaitable<CreatedAssistant> create(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                   PreparedAssistant assistant) {
    check_configured(vendors->config);
    const AssistantSpec spec = spec_of(assistant);
    if (const std::string problem = problem_of(vendors->config, spec); !problem.empty())
        throw durable::ApplicationError("InvalidAssistant", problem, {.retryable = false});
    Make<CreatedAssistant> making = [vendors, &context, spec] { return make(vendors, context, spec); };
    co_return co_await create_once<CreatedAssistant>(context, looking_for(vendors, context, assistant),
                                                     std::move(making));
}

awaitable<durable::Reconciled<CreatedAssistant>> reconcile_assistant(std::shared_ptr<Vendors> vendors,
                                                                     durable::ActivityContext& context,
                                                                     PreparedAssistant assistant) {
    co_return co_await reconcile_creation<CreatedAssistant>(context, vendors->config.vapi.settle,
                                                            looking_for(vendors, context, assistant));
}

awaitable<durable::Nothing> remove(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                   AssistantToRemove assistant) {
    check_configured(vendors->config);
    std::string id = assistant.vapi_assistant_id;
    if (id.empty()) {
        const auto seen = co_await look_for(vendors, context, assistant.assistant_id, assistant.prepared_at);
        if (const auto* failure = std::get_if<VendorFailure>(&seen)) throw_before_sending(*failure);
        const auto& sighting = std::get<Sighting<CreatedAssistant>>(seen);
        if (!sighting.found) co_return durable::Nothing{};
        id = sighting.found->vapi_assistant_id;
    }
    const http::Result result =
        co_await exchange(vendors, context, assistant_deletion(vendors->config.vapi, id));
    const auto answer = read_deletion(result);
    if (const auto* failure = std::get_if<VendorFailure>(&answer)) throw_vendor_failure(*failure);
    co_return durable::Nothing{};
}

}  // namespace callflex::vapi
