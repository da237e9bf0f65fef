-- What a soak looks at: runs closed so far, runs that are open, pages of the index by which runs are claimed that
-- statements looked at so far, and the size of the tables whose rows come and go. Locks: none. As statistics have it: sessions
-- tell what they did within a second or so.
select (select n_tup_del from pg_stat_user_tables where schemaname = 'engine' and relname = 'live_runs') as closed,
       (select count(*) from engine.live_runs) as open,
       (select idx_blks_hit + idx_blks_read from pg_statio_user_indexes
         where schemaname = 'engine' and indexrelname = 'live_runs_claimable') as claim_pages,
       (select sum(pg_total_relation_size(relid)) from pg_stat_user_tables
         where schemaname = 'engine'
           and relname in ('live_runs', 'activities', 'inbox', 'errands', 'children', 'limits', 'limit_lines',
                           'workers')) as live_bytes
