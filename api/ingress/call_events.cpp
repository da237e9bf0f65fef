#include "api/ingress/call_events.hpp"

#include <nlohmann/json.hpp>

#include "api/ingress/columns.hpp"
#include "api/ingress/text.hpp"
#include "api_sql.hpp"

namespace callflex::ingress {

namespace {

using nlohmann::json;

/// One column each of what is published.
struct News {
    Column organization, type, payload;
    bool empty = true;

    void add(const HeardCall& heard, std::string_view what, json data) {
        data["call_id"] = heard.call_id;
        organization.add(heard.webhook->organization.to_string());
        type.add(what);
        payload.add(data.dump(-1, ' ', false, json::error_handler_t::replace));
        empty = false;
    }
};

void add_start(News& news, const HeardCall& heard, durable::Timestamp at) {
    if (heard.begun != 1 || heard.ended > 0) return;
    const CallFacts& call = heard.webhook->call();
    news.add(heard, "call_started",
             {{"direction", call.direction},
              {"from_number", call.from_number},
              {"to_number", call.to_number},
              {"at", format_time(at)}});
}

void add(News& news, const HeardCall& heard, const CallStatus& update) {
    if (update.status == "in_progress" || update.status == "forwarding") add_start(news, heard, update.at);
    if (update.status == "ended" && heard.ended == 1) {
        news.add(heard, "call_ended",
                 {{"ended_reason", update.ended_reason}, {"at", format_time(update.at)}});
    }
}

void add(News& news, const HeardCall& heard, const CallReport& report) {
    if (heard.ended != 1) return;
    news.add(heard, "call_ended",
             {{"ended_reason", report.ended_reason},
              {"duration_seconds", report.duration_seconds},
              {"at", format_time(report.ended_at)}});
}

void add(News& news, const HeardCall& heard, const TranscriptLine& line) {
    add_start(news, heard, line.at);
    news.add(heard, "transcript_update",
             {{"speaker", line.speaker}, {"text", line.text}, {"at", format_time(line.at)}});
}

}  // namespace

void publish_call_events(pqxx::work& tx, const std::vector<HeardCall>& heard) {
    News news;
    for (const HeardCall& one : heard) {
        std::visit([&](const auto& message) { add(news, one, message); }, one.webhook->message);
    }
    if (news.empty) return;
    tx.exec_params(std::string{api::sql::publish_call_events}, news.organization.literal(),
                   news.type.literal(), news.payload.literal());
}

}  // namespace callflex::ingress
