// Each transactional activity against a real Postgres, as the application's role: what it writes, and that
// doing it again counts nothing twice.

#include <doctest/doctest.h>

#include <future>

#include "tests/workflows/product_database.hpp"

using namespace callflex;
using test::ended_call;
using test::ProductDatabase;

TEST_CASE("a transcript is stored with its segments and can be searched, and a repeat changes nothing") {
    ProductDatabase db;
    const EndedCall call = ended_call();
    db.add_call(call);
    db.run(transactional::store_transcript, {key_of(call), call.transcript, call.segments});
    db.run(transactional::store_transcript, {key_of(call), "something else", {}});
    CHECK(db.value("select count(*) from app.call_transcripts") == "1");
    CHECK(db.value("select text like '%route 12%' from app.call_transcripts") == "t");
    CHECK(db.value("select segments -> 1 ->> 'speaker' from app.call_transcripts") == "caller");
    CHECK(db.value(
              "select count(*) from app.call_transcripts where words @@ to_tsquery('english', 'driving')") ==
          "1");
}

TEST_CASE(
    "a transcript may hold anything: NUL characters are dropped, megabytes are kept and partly indexed") {
    ProductDatabase db;
    EndedCall call = ended_call();
    db.add_call(call);
    std::string text = "before";
    text += '\0';
    text += "after ";
    for (int i = 0; i < 300'000; ++i) text += "w" + std::to_string(i) + " ";
    db.run(transactional::store_transcript,
           {key_of(call), text, {{"caller", std::string("a\0b\\u0000", 9), 0}}});
    CHECK(db.value("select starts_with(text, 'beforeafter') from app.call_transcripts") == "t");
    CHECK(db.value("select length(text) from app.call_transcripts") == std::to_string(text.size() - 1));
    CHECK(db.value("select segments -> 0 ->> 'text' from app.call_transcripts") == "ab\\u0000");
}

TEST_CASE("a step for a call that has no row fails for good and says which call") {
    ProductDatabase db;
    const CallKey key = key_of(ended_call());
    const auto refuses = [&](auto activity, auto input) {
        try {
            db.run(activity, input);
            FAIL("it did not fail");
        } catch (const durable::ApplicationError& error) {
            CHECK(error.failure().type == "CallNotFound");
            CHECK_FALSE(error.failure().retryable);
            CHECK(error.failure().message.find(key.call_id) != std::string::npos);
        }
    };
    refuses(transactional::store_transcript, TranscriptToStore{key, "text", {}});
    refuses(transactional::update_call_record, CallRecord{key, {}});
    refuses(transactional::update_contact, ContactCall{key, "+15550100123", {}, 1});
    refuses(transactional::count_usage, CallUsage{key, ended_call().ended_at, 3, 1});
    refuses(transactional::record_recording,
            RecordingEntry{key, {"p", 1, "audio/mpeg", std::string(64, 'a')}, 5});
    CHECK(db.value("select count(*) from app.contacts") == "0");
    CHECK(db.value("select count(*) from app.daily_usage") == "0");
}

TEST_CASE("the call record says what was found out and who summarised") {
    ProductDatabase db;
    const EndedCall call = ended_call();
    db.add_call(call);
    CallFindings findings{"Pat is sick.", true, "support", "neutral", "Pat", {"Find a driver for route 12"}};
    db.run(transactional::update_call_record, {key_of(call), findings});
    CHECK(db.value("select summary || '/' || summary_source || '/' || call_type from app.calls") ==
          "Pat is sick./extractive/support");
    CHECK(db.value("select extracted -> 'action_items' ->> 0 from app.calls") ==
          "Find a driver for route 12");
    CHECK(db.value("select processed_at is not null from app.calls") == "t");
}

TEST_CASE("a missed call's record is processed and has no summary") {
    ProductDatabase db;
    const EndedCall call = ended_call();
    db.add_call(call);
    db.run(transactional::update_call_record, {key_of(call), {}});
    CHECK(db.value("select summary is null and summary_source is null and processed_at is not null from "
                   "app.calls") == "t");
}

TEST_CASE("a contact counts each call once, keeps its first name and spans its first and last call") {
    ProductDatabase db;
    const EndedCall first = ended_call("0199f0a4-5b1e-7aa2-9c33-6f6f3b0c1d01");
    EndedCall second = ended_call("0199f0a4-5b1e-7aa2-9c33-6f6f3b0c1d02");
    second.started_at -= std::chrono::hours{48};
    db.add_call(first);
    db.add_call(second);
    const auto once = db.run(transactional::update_contact, {key_of(first), first.from_number, "Pat", 3});
    CHECK(once.calls == 1);
    CHECK(once.minutes == 3);
    db.run(transactional::update_contact, {key_of(second), second.from_number, "Patricia", 2});
    const auto again = db.run(transactional::update_contact, {key_of(first), first.from_number, "Pat", 3});
    CHECK(again.contact_id == once.contact_id);
    CHECK(again.calls == 2);
    CHECK(again.minutes == 5);
    CHECK(db.value("select name from app.contacts") == "Pat");
    CHECK(db.value("select last_call_at - first_call_at = interval '48 hours' from app.contacts") == "t");
    CHECK(db.value("select count(distinct contact_id) from app.calls") == "1");
}

TEST_CASE("a withheld or odd number is counted for nobody") {
    ProductDatabase db;
    const EndedCall call = ended_call();
    db.add_call(call);
    for (const char* number :
         {"", "anonymous", "5550100123", "+0155501001", "+1555010012x", "sip:pat@example.com"}) {
        CHECK_FALSE(db.run(transactional::update_contact, {key_of(call), number, {}, 1}).contact_id);
    }
    CHECK(db.value("select count(*) from app.contacts") == "0");
}

TEST_CASE("a started minute is a minute") {
    CHECK(billed_minutes(-5) == 0);
    CHECK(billed_minutes(0) == 0);
    CHECK(billed_minutes(1) == 1);
    CHECK(billed_minutes(60) == 1);
    CHECK(billed_minutes(61) == 2);
    CHECK(billed_minutes(125) == 3);
}

TEST_CASE(
    "daily usage counts each call once, on the UTC day on which it ended, and can be recomputed from calls") {
    ProductDatabase db;
    const EndedCall today = ended_call("0199f0a4-5b1e-7aa2-9c33-6f6f3b0c1d01");
    EndedCall over_midnight = ended_call("0199f0a4-5b1e-7aa2-9c33-6f6f3b0c1d02");
    over_midnight.started_at += std::chrono::hours{13} + std::chrono::minutes{44};
    over_midnight.ended_at = over_midnight.started_at + std::chrono::seconds{125};
    for (const EndedCall& call : {today, over_midnight, today}) {
        if (db.value("select count(*) from app.calls where id = '" + call.call_id + "'") == "0")
            db.add_call(call);
        db.run(transactional::count_usage, {key_of(call), call.ended_at, 3, call.cost_microdollars});
    }
    CHECK(db.value("select string_agg(usage_date || ' ' || calls || ' ' || minutes || ' ' || "
                   "cost_microdollars, ', ' "
                   "order by usage_date) from app.daily_usage") ==
          "2026-11-21 1 3 48300, 2026-11-22 1 3 48300");
    CHECK(
        db.value(
            "select count(*) from app.daily_usage as kept full join (select organization_id, usage_date, "
            "count(*) as calls, sum(billed_minutes) as minutes, sum(cost_microdollars) as cost_microdollars "
            "from app.calls group by 1, 2) as derived using (organization_id, usage_date, calls, minutes, "
            "cost_microdollars) where kept.updated_at is null or derived.usage_date is not null") == "2");
}

TEST_CASE("counting the same call in two transactions at once counts it once") {
    ProductDatabase db;
    const EndedCall call = ended_call();
    db.add_call(call);
    const auto count = [&] {
        pqxx::connection connection{db.database.url()};
        pqxx::work tx{connection};
        callflex::act_for(tx, test::organization_id);
        test::TransactionalInfo context;
        transactional::count_usage(context, tx, {key_of(call), call.ended_at, 3, 1});
        transactional::update_contact(context, tx, {key_of(call), call.from_number, {}, 3});
        tx.commit();
    };
    auto one = std::async(std::launch::async, count);
    auto two = std::async(std::launch::async, count);
    one.get();
    two.get();
    CHECK(db.value("select calls || ' ' || minutes from app.daily_usage") == "1 3");
    CHECK(db.value("select calls || ' ' || minutes from app.contacts") == "1 3");
}

TEST_CASE("a recording's row follows what is on disk") {
    ProductDatabase db;
    const EndedCall call = ended_call();
    db.add_call(call);
    db.run(transactional::record_recording,
           {key_of(call), {"org/a.wav", 10, "audio/wav", std::string(64, 'a')}, 125});
    db.run(transactional::record_recording,
           {key_of(call), {"org/a.mp3", 9, "audio/mpeg", std::string(64, 'b')}, 125});
    CHECK(db.value("select path || ' ' || bytes || ' ' || encode(sha256, 'hex') from app.call_recordings") ==
          "org/a.mp3 9 " + std::string(64, 'b'));
}

TEST_CASE("the plan names every recipient once, SMS and e-mail, in the settings' order") {
    ProductDatabase db;
    db.set_settings(R"({"notifications": {"sms": ["+15550100401", "+15550100400", "+15550100401"],
                                          "email": ["owner@acme.example"]}})");
    const EndedCall call = ended_call();
    const CallToReport report{
        key_of(call), call.from_number, 125, false, {"Pat is sick.", false, {}, {}, "Pat", {}}};
    const auto plan = db.run(transactional::plan_notifications, report);
    REQUIRE(plan.sms.size() == 2);
    CHECK(plan.sms[0].request.to == "+15550100401");
    CHECK(plan.sms[0].key == call.call_id + "/sms/+15550100401");
    CHECK(plan.sms[1].request.to == "+15550100400");
    CHECK(plan.sms[0].request.body == "Acme Freight: Pat (+15550100123) called (2 min 5 s). Pat is sick.");
    REQUIRE(plan.emails.size() == 1);
    CHECK(plan.emails[0].request.to == "owner@acme.example");
    CHECK(plan.emails[0].request.text.find("Sat, Nov 21, 4:15 AM") != std::string::npos);  // Chicago's time
}

TEST_CASE("settings that are missing or misshapen mean that nobody is told") {
    ProductDatabase db;
    const CallToReport report{key_of(ended_call()), "", 0, true, {}};
    for (const char* settings :
         {"{}", R"({"notifications": null})", R"({"notifications": {"sms": "+15550100400"}})",
          R"({"notifications": [], "sms": ["+15550100400"]})"}) {
        db.set_settings(settings);
        const auto plan = db.run(transactional::plan_notifications, report);
        CHECK(plan.sms.empty());
        CHECK(plan.emails.empty());
    }
}

TEST_CASE("recorded notifications keep one row a message, and a delivery report is never overwritten") {
    ProductDatabase db;
    const CallKey key = key_of(ended_call());
    const NotificationReport report{key,
                                    {{"k/sms/1", "sms", "+15550100400", "SM1", "sent", {}},
                                     {"k/sms/2", "sms", "+15550100401", {}, "outcome_unknown", "no answer"}}};
    db.run(transactional::record_notifications, report);
    db.database.execute(
        "update app.notifications set status = 'delivered' where idempotency_key = 'k/sms/1'");
    db.run(transactional::record_notifications, report);
    CHECK(db.value("select string_agg(status, ' ' order by idempotency_key) from app.notifications") ==
          "delivered outcome_unknown");
}

TEST_CASE("a delivery report that came before the message's row is found when the row is written") {
    ProductDatabase db;
    db.database.execute(
        std::string{
            "insert into app.inbound_webhooks (vendor, dedupe_key, organization_id, event_type, body, "
            "headers, digest, outcome) select 'twilio', key, '"} +
        test::organization_id +
        "', 'sms-status', '', '{}', sha256(''), 'accepted' from (values ('SM1:delivered'), "
        "('SM2:undelivered'), "
        "('SM3:sent')) as reports (key)");
    db.run(transactional::record_notifications, {key_of(ended_call()),
                                                 {{"k/1", "sms", "+15550100400", "SM1", "sent", {}},
                                                  {"k/2", "sms", "+15550100401", "SM2", "sent", {}},
                                                  {"k/3", "sms", "+15550100402", "SM3", "sent", {}},
                                                  {"k/4", "email", "a@acme.example", "SM1", "sent", {}}}});
    CHECK(db.value(
              "select string_agg(status || coalesce(' ' || error, ''), ', ' order by idempotency_key) from "
              "app.notifications") == "delivered, undelivered the carrier did not deliver it, sent, sent");
}

TEST_CASE("delivery reports are looked up by message, however many the ledger holds") {
    ProductDatabase db;
    db.database.execute(
        std::string{"insert into app.inbound_webhooks (vendor, dedupe_key, organization_id, "
                    "event_type, body, headers, digest, outcome) select 'twilio', 'SM' || n || "
                    "':delivered', '"} +
        test::organization_id +
        "', 'sms-status', '', '{}', sha256(''), 'accepted' from generate_series(1, 20000) n");
    // As a worker's session; nobody has told the planner what the table holds.
    db.application.set_variable("enable_seqscan", "off");
    test::TransactionalInfo context;
    pqxx::work tx{db.application};
    act_for(tx, test::organization_id);
    transactional::record_notifications(
        context, tx, {key_of(ended_call()), {{"k/1", "sms", "+15550100400", "SM7", "sent", {}}}});
    const auto pages = tx.exec1(
        "select pg_stat_get_xact_blocks_fetched('app.inbound_webhooks'::regclass) + "
        "pg_stat_get_xact_blocks_fetched('app.inbound_webhooks_pkey'::regclass)")[0];
    CHECK(pages.as<int>() < 20);
    CHECK(tx.exec1("select status from app.notifications")[0].as<std::string>() == "delivered");
}

TEST_CASE("a live event is appended with the transaction that wrote it") {
    ProductDatabase db;
    db.run(transactional::publish_live_event,
           {test::organization_id, "call_processed", {R"({"summary":"a\u0000b \\u0000"})"}});
    CHECK(db.value("select type || ' ' || (payload ->> 'summary') from app.live_events") ==
          "call_processed ab \\u0000");
    CHECK(db.value("select written_by < pg_snapshot_xmin(pg_current_snapshot()) from app.live_events") ==
          "t");
}
