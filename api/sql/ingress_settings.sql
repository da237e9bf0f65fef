-- For the one transaction that follows: nobody who waits on the line is served by waiting longer.
-- Transaction-local, so that a transaction pooler may stand between.
set local lock_timeout = '2s';
set local statement_timeout = '5s';
set local idle_in_transaction_session_timeout = '10s';
