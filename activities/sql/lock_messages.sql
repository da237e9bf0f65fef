-- Orders what is said of messages: who writes a message's row and who reports its delivery wait for each other, so that one
-- of them sees the other. Until the transaction's end. Locks: advisory, in order of the ids. $1 a JSON list of notifications
select pg_advisory_xact_lock(hashtextextended('message:' || vendor_message_id, 0))
from (select vendor_message_id
      from jsonb_to_recordset($1::jsonb) as sent (vendor_message_id text)
      where vendor_message_id is not null
      order by vendor_message_id) as ordered
