#include "api/ingress/batch_writer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

#include "activities/tenancy.hpp"

namespace callflex::ingress {

namespace {

constexpr int attempts_max = 4;

using Outcome = CommitSession::Outcome;

}  // namespace

BatchWriter::BatchWriter(const IngressOptions& options, durable::client::Client& client, Metrics& metrics)
    : client_{client}, metrics_{metrics}, session_{options, metrics} {}

std::vector<Stored> BatchWriter::write(Webhooks batch) {
    std::vector<Stored> results;
    for (int i = 0; i < attempts_max; ++i) {
        switch (attempt(batch, results)) {
            case Outcome::committed:
                return results;
            case Outcome::refused:
                return halve(batch);
            case Outcome::away:
                return std::vector<Stored>(batch.size());
            case Outcome::again:
                break;
        }
    }
    return std::vector<Stored>(batch.size());
}

Outcome BatchWriter::attempt(Webhooks batch, std::vector<Stored>& results) {
    const auto began = std::chrono::steady_clock::now();
    const Outcome outcome = session_.run([&](pqxx::work& tx) {
        act_for_everybody(tx);  // a batch holds webhooks of many organizations
        results = store_webhooks(tx, client_, batch);
    });
    if (outcome != Outcome::committed) return outcome;
    const auto took = std::chrono::steady_clock::now() - began;
    metrics_.batch(batch.size(), std::chrono::duration_cast<std::chrono::microseconds>(took));
    const auto fresh = [](const Stored& one) {
        return one.result == Stored::Result::accepted && !one.repeat;
    };
    if (std::ranges::any_of(results, fresh)) client_.notify();
    return outcome;
}

std::vector<Stored> BatchWriter::halve(Webhooks batch) {
    if (batch.size() == 1) return {bury(*batch.front())};
    std::vector<Stored> results = write(batch.first(batch.size() / 2));
    std::ranges::move(write(batch.subspan(batch.size() / 2)), std::back_inserter(results));
    return results;
}

Stored BatchWriter::bury(const InboundWebhook& webhook) {
    const std::string reason = session_.refusal();
    spdlog::error("a webhook was refused by the database and kept as a dead letter: call={} reason={}",
                  webhook.call().vapi_call_id, reason);
    const Outcome kept = session_.run([&](pqxx::work& tx) {
        act_for_everybody(tx);
        store_dead_letter(tx, webhook, reason);
    });
    if (kept == Outcome::committed) return {Stored::Result::refused, false, {}};
    spdlog::error("the dead letter could not be kept");
    return {};
}

}  // namespace callflex::ingress
