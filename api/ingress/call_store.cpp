#include "api/ingress/call_store.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <map>
#include <set>

#include "api/ingress/call_events.hpp"
#include "api/ingress/columns.hpp"
#include "api/ingress/signature.hpp"
#include "api/ingress/text.hpp"
#include "api_sql.hpp"

namespace callflex::ingress {

namespace {

using Batch = std::span<const InboundWebhook* const>;
using durable::Timestamp;

std::string sha256(std::string_view text) {
    std::string out(32, '\0');
    unsigned length = 0;
    EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(out.data()), &length, EVP_sha256(),
               nullptr);
    return out;
}

Timestamp began(const InboundWebhook& webhook) {
    if (const auto* report = std::get_if<CallReport>(&webhook.message)) return report->started_at;
    if (const auto* line = std::get_if<TranscriptLine>(&webhook.message)) return line->at;
    return std::get<CallStatus>(webhook.message).at;
}

/// What record_webhooks said, by dedupe key; repeats are in neither.
struct Verdicts {
    std::set<std::string, std::less<>> fresh;
    std::set<std::string, std::less<>> foreign;
};

Verdicts record_webhooks(pqxx::work& tx, durable::client::Client& client, Batch batch) {
    Column key, organization, type, body, headers, digest, received, vapi_call, call, started, assistant,
        number;
    for (const auto* webhook : batch) {
        key.add(webhook->dedupe_key);
        organization.add(webhook->organization.to_string());
        type.add(webhook->event_type);
        const bool kept = !std::holds_alternative<TranscriptLine>(webhook->message);
        body.add_bytes(kept ? std::string_view{webhook->body} : std::string_view{});
        headers.add(webhook->headers);
        digest.add_bytes(sha256(webhook->body));
        received.add(format_time(webhook->received_at));
        vapi_call.add(webhook->call().vapi_call_id);
        call.add(client.new_run_id().value.to_string());
        started.add(format_time(began(*webhook)));
        assistant.add_or_null(webhook->call().vapi_assistant_id);
        number.add_or_null(webhook->call().vapi_phone_number_id);
    }
    const auto rows = tx.exec_params(
        std::string{api::sql::record_webhooks}, key.literal(), organization.literal(), type.literal(),
        body.literal(), headers.literal(), digest.literal(), received.literal(), vapi_call.literal(),
        call.literal(), started.literal(), assistant.literal(), number.literal());
    Verdicts out;
    for (const auto& row : rows) {
        const bool fresh = row["verdict"].as<std::string>() == "new";
        (fresh ? out.fresh : out.foreign).insert(row["dedupe_key"].as<std::string>());
    }
    return out;
}

struct KnownCall {
    std::string id;
    Timestamp started_at;  ///< of the row: with the id its key
    int begun_heard = 0;   ///< of a row that was written: this time included
    int ended_heard = 0;
};
using KnownCalls = std::map<std::string, KnownCall, std::less<>>;

/// The columns that only a report, or only a status update, has.
struct Progress {
    Column status, ended_at, ended_reason, duration, cost;

    void add(const CallStatus& update) {
        status.add(update.status);
        update.status == "ended" ? ended_at.add(format_time(update.at)) : ended_at.add_null();
        ended_reason.add_or_null(update.ended_reason);
        duration.add_null();
        cost.add_null();
    }
    /// Whoever speaks is on the line.
    void add(const TranscriptLine&) {
        status.add(std::string_view{"in_progress"});
        for (Column* column : {&ended_at, &ended_reason, &duration, &cost}) column->add_null();
    }
    void add(const CallReport& report) {
        status.add(std::string_view{"ended"});
        ended_at.add(format_time(report.ended_at));
        ended_reason.add_or_null(report.ended_reason);
        duration.add(report.duration_seconds);
        cost.add(report.cost_microdollars);
    }
};

KnownCalls upsert_calls(pqxx::work& tx, Batch batch, const Verdicts& verdicts) {
    Column vapi_call, organization, fresh, direction, from, to, assistant, number;
    Progress progress;
    for (const auto* webhook : batch) {
        const CallFacts& facts = webhook->call();
        vapi_call.add(facts.vapi_call_id);
        organization.add(webhook->organization.to_string());
        fresh.add(verdicts.fresh.contains(webhook->dedupe_key));
        direction.add(facts.direction);
        from.add_or_null(facts.from_number);
        to.add_or_null(facts.to_number);
        assistant.add_or_null(facts.vapi_assistant_id);
        number.add_or_null(facts.vapi_phone_number_id);
        std::visit([&](const auto& message) { progress.add(message); }, webhook->message);
    }
    const auto rows =
        tx.exec_params(std::string{api::sql::upsert_calls}, vapi_call.literal(), organization.literal(),
                       fresh.literal(), progress.status.literal(), direction.literal(), from.literal(),
                       to.literal(), assistant.literal(), number.literal(), progress.ended_at.literal(),
                       progress.ended_reason.literal(), progress.duration.literal(), progress.cost.literal());
    KnownCalls out;
    for (const auto& row : rows) {
        const Timestamp started{std::chrono::microseconds{row["started_at"].as<std::int64_t>()}};
        out.insert_or_assign(row["vendor_call_id"].as<std::string>(),
                             KnownCall{row["call_id"].as<std::string>(), started,
                                       row["begun_heard"].as<int>(), row["ended_heard"].as<int>()});
    }
    return out;
}

EndedCall ended_call(const InboundWebhook& webhook, const CallReport& report, const KnownCall& call) {
    EndedCall out;
    out.call_id = call.id;
    out.organization_id = webhook.organization.to_string();
    out.vapi_call_id = report.call.vapi_call_id;
    out.started_at = call.started_at;
    out.ended_at = std::max(report.ended_at, call.started_at);
    out.duration_seconds = report.duration_seconds;
    out.from_number = report.call.from_number;
    out.to_number = report.call.to_number;
    out.ended_reason = report.ended_reason;
    out.cost_microdollars = report.cost_microdollars;
    out.transcript = report.transcript;
    out.segments = report.segments;
    out.recording_url = report.recording_url;
    return out;
}

void start_processing(pqxx::work& tx, durable::client::Client& client, Batch batch, const Verdicts& verdicts,
                      const KnownCalls& calls) {
    std::vector<durable::store::StartRequest> starts;
    for (const auto* webhook : batch) {
        const auto* report = std::get_if<CallReport>(&webhook->message);
        const auto call = calls.find(webhook->call().vapi_call_id);
        const bool fresh = verdicts.fresh.contains(webhook->dedupe_key);
        if (report == nullptr || !fresh || call == calls.end()) continue;
        durable::store::StartRequest start;
        start.workflow = durable::WorkflowId{workflow_id(report->call.vapi_call_id)};
        start.type = call_processing.name;
        start.input = durable::encode(ended_call(*webhook, *report, call->second));
        start.tenant = durable::Tenant{webhook->organization.to_string()};
        start.person = caller_of(report->call);
        start.run = client.new_run_id();
        start.request_id = webhook->dedupe_key;
        start.conflict = durable::client::ConflictPolicy::use_existing;
        start.reuse = durable::client::ReusePolicy::reject;
        starts.push_back(std::move(start));
    }
    if (!starts.empty()) (void)client.start_many(tx, starts);
}

void publish_news(pqxx::work& tx, Batch batch, const Verdicts& verdicts, const KnownCalls& calls) {
    std::vector<HeardCall> heard;
    for (const auto* webhook : batch) {
        const auto call = calls.find(webhook->call().vapi_call_id);
        if (call == calls.end() || !verdicts.fresh.contains(webhook->dedupe_key)) continue;
        heard.push_back({webhook, call->second.id, call->second.begun_heard, call->second.ended_heard});
    }
    publish_call_events(tx, heard);
}

}  // namespace

const CallFacts& InboundWebhook::call() const {
    return std::visit([](const auto& m) -> const CallFacts& { return m.call; }, message);
}

std::string dedupe_key(durable::Uuid organization,
                       const std::variant<CallStatus, CallReport, TranscriptLine>& message) {
    if (const auto* report = std::get_if<CallReport>(&message)) {
        return fmt::format("{}:{}:report", organization.to_string(), report->call.vapi_call_id);
    }
    if (const auto* line = std::get_if<TranscriptLine>(&message)) {
        const std::string at = line->said_at ? format_time(*line->said_at) : "";
        return fmt::format("{}:{}:line:{}:{}:{}", organization.to_string(), line->call.vapi_call_id,
                           line->speaker, at, to_hex(sha256(line->text)));
    }
    const auto& update = std::get<CallStatus>(message);
    return fmt::format("{}:{}:status:{}", organization.to_string(), update.call.vapi_call_id, update.status);
}

std::string workflow_id(std::string_view vapi_call_id) {
    return fmt::format("call-processing-{}", vapi_call_id);
}

std::vector<Stored> store_webhooks(pqxx::work& tx, durable::client::Client& client, Batch batch) {
    tx.exec(std::string{api::sql::ingress_settings});
    const Verdicts verdicts = record_webhooks(tx, client, batch);
    const KnownCalls calls = upsert_calls(tx, batch, verdicts);
    start_processing(tx, client, batch, verdicts, calls);
    publish_news(tx, batch, verdicts, calls);
    std::vector<Stored> out;
    out.reserve(batch.size());
    for (const auto* webhook : batch) {
        const auto call = calls.find(webhook->call().vapi_call_id);
        // A call that has become another organization's since record_webhooks looked.
        const bool foreign = verdicts.foreign.contains(webhook->dedupe_key) || call == calls.end();
        Stored stored;
        stored.result = foreign ? Stored::Result::foreign : Stored::Result::accepted;
        stored.repeat = !foreign && !verdicts.fresh.contains(webhook->dedupe_key);
        if (!foreign) stored.call_id = call->second.id;
        out.push_back(std::move(stored));
    }
    return out;
}

void store_dead_letter(pqxx::work& tx, const InboundWebhook& webhook, std::string_view reason) {
    tx.exec_params(std::string{api::sql::record_dead_letter}, webhook.dedupe_key,
                   webhook.organization.to_string(), webhook.event_type, bytea_text(webhook.body),
                   bytea_text(sha256(webhook.body)), webhook.headers, fmt::format("refused: {}", reason),
                   format_time(webhook.received_at));
}

}  // namespace callflex::ingress
