#pragma once
// The implementations of summarize and extract_facts (summaries.hpp).

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "activities/summaries.hpp"
#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex {

/// Both throw a retryable ApplicationError while another attempt may bring a model's answer, and answer
/// extractively when it cannot: no key, a refusal, a permanent error, or the last attempt.
[[nodiscard]] boost::asio::awaitable<Summary> summarize_call(std::shared_ptr<Vendors> vendors,
                                                             durable::ActivityContext& context,
                                                             TranscriptText call);
[[nodiscard]] boost::asio::awaitable<ExtractedFacts> extract_call_facts(std::shared_ptr<Vendors> vendors,
                                                                        durable::ActivityContext& context,
                                                                        TranscriptText call);

}  // namespace callflex
