-- What decides whether an acknowledged commit outlives a power cut, and how large the server was made. Locks: none.
select name,
       setting || coalesce(' ' || unit, '') as setting,
       case name
           when 'fsync' then setting = 'on'
           when 'full_page_writes' then setting = 'on'
           when 'synchronous_commit' then setting <> 'off'
           else true
       end as durable
  from pg_settings
 where name in ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method', 'wal_level',
                'shared_buffers', 'max_wal_size', 'commit_delay')
 order by name
