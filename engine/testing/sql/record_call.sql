-- One call of a fake, when it has been answered.
--
-- Locks: the new row. Index: its primary key.
-- $1 activity, $2 key, $3 attempt, $4 outcome, $5 input, $6 output or null, $7 delivery
insert into testing.calls (activity, key, attempt, outcome, input, output, delivery)
values ($1, $2, $3::integer, $4, $5, $6, $7)
