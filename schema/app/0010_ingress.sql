-- How often the vendor has said that a call began or goes on, and that it ended: counted in the row that every message
-- about the call locks anyway, so that of many messages, in any order and at the same time, exactly one is the first.
-- The first one is news for dashboards (app.live_events: call_started, call_ended).

alter table app.calls
    add column begun_heard integer not null default 0,
    add column ended_heard integer not null default 0;
