-- A burst of notifications, each (channel, payload), in a transaction of its own that nobody waits for.
--
-- Locks: the notification queue, at commit: which is why no transaction that does work sends any.
-- $1 channels, $2 payloads
select set_config('synchronous_commit', 'off', true),
       (select count(pg_notify(n.channel, n.payload))
          from unnest($1::text[], $2::text[]) as n(channel, payload))
