-- How the checks of invariants behave in somebody's production: bounded memory, one processor, no wait behind whoever
-- changes a table, and no statement that outlives its reader (looked for every second). Until the transaction ends.
-- Locks: nothing. $1 time limit of each statement in milliseconds.
select set_config('statement_timeout', $1, true),
       set_config('lock_timeout', '2000', true),
       set_config('work_mem', '16MB', true),
       set_config('max_parallel_workers_per_gather', '0', true),
       set_config('jit', 'off', true),
       set_config('client_connection_check_interval', '1000', true)
