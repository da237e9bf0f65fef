-- Puts a message into the inbox of the open run that a reference leads to, and wakes it: see engine.send_message.
--
-- Locks: its live row, then message_ids, then the new inbox row. Index: a_run_is_live_once.
-- $1 run, or null: $2 name_space, $3 workflow_id; $4 encoded event, $5 request_id or '', $6 it asks for cancellation
select outcome, receiver, coalesce(queue, '') as queue, waiting
  from engine.send_message($1::uuid, $2, $3, null, $4::bytea, $5, $6::boolean)
