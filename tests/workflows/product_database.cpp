#include "tests/workflows/product_database.hpp"

#include "activities/database_text.hpp"

namespace test {

using std::chrono::sys_days;

callflex::EndedCall ended_call(const std::string& call_id) {
    const auto start =
        sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{10} + std::chrono::minutes{15};
    callflex::EndedCall call;
    call.call_id = call_id;
    call.organization_id = organization_id;
    call.vapi_call_id = "vapi-" + call_id;
    call.started_at = start + std::chrono::seconds{2};
    call.ended_at = call.started_at + std::chrono::seconds{125};
    call.duration_seconds = 125;
    call.from_number = "+15550100123";
    call.to_number = "+15550100200";
    call.ended_reason = "customer-ended-call";
    call.cost_microdollars = 48'300;
    call.transcript =
        "AI: Hello, how can I help?\nUser: Hi, this is Pat. I am sick and cannot drive route 12 today.\n"
        "AI: Got it, Pat. Dispatch has been notified.\n";
    call.segments = {{"assistant", "Hello, how can I help?", 0.5},
                     {"caller", "Hi, this is Pat. I am sick and cannot drive route 12 today.", 5.2},
                     {"assistant", "Got it, Pat. Dispatch has been notified.", 12.0}};
    return call;
}

ProductDatabase::ProductDatabase() {
    pqxx::work tx{application};
    callflex::act_for_everybody(tx);
    tx.exec("select app.create_partitions(2, 12, '2026-11-21')");
    tx.exec_params(
        "insert into app.organizations (id, name, slug, billing_period_start, billing_period_end, time_zone) "
        "values ($1::uuid, 'Acme Freight', 'acme', '2026-11-01', '2026-12-01', 'America/Chicago')",
        organization_id);
    tx.commit();
}

void ProductDatabase::add_call(const callflex::EndedCall& call) {
    pqxx::work tx{application};
    callflex::act_for_everybody(tx);
    tx.exec_params(
        "insert into app.calls (organization_id, started_at, id, vendor_call_id, from_number, status, "
        "ended_at, "
        "duration_seconds) values ($1::uuid, $2::timestamptz, $3::uuid, $4, $5, 'ended', $6::timestamptz, "
        "$7::bigint)",
        call.organization_id, callflex::storable(call.started_at), call.call_id, call.vapi_call_id,
        call.from_number, callflex::storable(call.ended_at), call.duration_seconds);
    tx.commit();
}

void ProductDatabase::set_settings(const std::string& settings_json) {
    pqxx::work tx{application};
    callflex::act_for_everybody(tx);
    tx.exec_params("update app.organizations set settings = $1::jsonb", settings_json);
    tx.commit();
}

}  // namespace test
