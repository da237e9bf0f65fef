-- I-18: A message with a request id is in its run's history at most once, and no accepted message is missing from an inbox.
--
-- Locks: nothing. Reads every history row once, live_runs and inbox (an_inbox_number_is_given_once).
with signals as (
    select run_id, fields ->> 'request_id' as request_id, count(*) as times
      from engine.history_events
     where kind = 'SignalReceived' and fields ->> 'request_id' <> ''
       and position('"SignalReceived"'::bytea in activation) > 0
     group by run_id, fields ->> 'request_id'
), inboxes as (
    select l.run_id, l.inbox_head, l.inbox_tail,
           (select count(*) from engine.inbox i where i.chain_id = l.chain_id
               and i.sequence > l.inbox_head and i.sequence <= l.inbox_tail) as waiting
      from engine.live_runs l
), bad as (
    select format('run %s: message %s was received %s times', run_id, request_id, times) as example
      from signals
     where times > 1
     union all
    select format('run %s: %s messages wait where %s were accepted', run_id, waiting, inbox_tail - inbox_head)
      from inboxes
     where waiting <> inbox_tail - inbox_head
)
select (select count(*) from signals) + (select count(*) from inboxes) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
