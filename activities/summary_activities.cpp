#include "activities/summary_activities.hpp"

#include <spdlog/spdlog.h>

#include "activities/extractive_summary.hpp"
#include "activities/openai/call_questions.hpp"
#include "activities/openai/model.hpp"
#include "activities/vendor_failure.hpp"

namespace callflex {
namespace {

using boost::asio::awaitable;
using openai::NoContent;

Summary extractive(const std::string& transcript) {
    return {.text = extractive_summary(transcript), .extractive = true, .model = {}};
}

ExtractedFacts heuristic(const std::string& transcript) {
    HeuristicFacts found = heuristic_facts(transcript);
    return {.call_type = std::move(found.call_type),
            .sentiment = std::move(found.sentiment),
            .caller_name = std::move(found.caller_name),
            .action_items = std::move(found.action_items),
            .extractive = true};
}

VendorFailure why_unusable(const openai::Answer& answer) {
    if (const auto* missing = std::get_if<NoContent>(&answer)) return missing->failure;
    return {.outcome = http::Outcome::retryable,
            .type = "OpenAI.unusable",
            .message = "the answer does not have the shape that was asked for"};
}

bool is_final(const openai::Answer& answer) {
    const auto* missing = std::get_if<NoContent>(&answer);
    if (missing == nullptr) return false;
    const bool settled = missing->why == NoContent::Why::refused || missing->why == NoContent::Why::truncated;
    return settled || missing->failure.outcome == http::Outcome::permanent;
}

/// Returns when the extractive answer is to be given; throws when the next attempt may do better.
void retry_or_degrade(const durable::ActivityInfo& info, int attempts_max, const openai::Answer& answer) {
    const VendorFailure failure = why_unusable(answer);
    const bool last = info.attempt >= attempts_max;
    if (!is_final(answer) && !last) throw_vendor_failure(failure);
    spdlog::warn("{} of run {} answers extractively: {}: {}", info.type, info.run.value.to_string(),
                 failure.type, failure.message);
}

}  // namespace

awaitable<Summary> summarize_call(std::shared_ptr<Vendors> vendors, durable::ActivityContext& context,
                                  TranscriptText call) {
    if (!vendors->config.openai.configured()) co_return extractive(call.transcript);
    const openai::Asked asked =
        co_await openai::ask(vendors, context, openai::summary_question(call.transcript));
    if (const auto* content = std::get_if<openai::Content>(&asked.answer)) {
        if (auto text = openai::valid_summary(*content))
            co_return Summary{std::move(*text), false, asked.model};
    }
    retry_or_degrade(context.info(), summarize.defaults.maximum_attempts, asked.answer);
    co_return extractive(call.transcript);
}

awaitable<ExtractedFacts> extract_call_facts(std::shared_ptr<Vendors> vendors,
                                             durable::ActivityContext& context, TranscriptText call) {
    if (!vendors->config.openai.configured()) co_return heuristic(call.transcript);
    const openai::Asked asked =
        co_await openai::ask(vendors, context, openai::facts_question(call.transcript));
    if (const auto* content = std::get_if<openai::Content>(&asked.answer)) {
        if (auto facts = openai::valid_facts(*content)) co_return std::move(*facts);
    }
    retry_or_degrade(context.info(), extract_facts.defaults.maximum_attempts, asked.answer);
    co_return heuristic(call.transcript);
}

}  // namespace callflex
