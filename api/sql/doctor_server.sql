-- What `callflex doctor` looks at. Locks: none.
select current_setting('server_version') as server_version,
       current_setting('server_version_num')::integer as server_version_num,
       (extract(epoch from clock_timestamp()) * 1000000)::bigint as clock,
       pg_is_in_recovery() as is_standby,
       current_user as role,
       (select rolsuper from pg_roles where rolname = current_user) as is_superuser,
       current_setting('max_connections')::integer as max_connections,
       (select count(*) from pg_stat_activity where backend_type = 'client backend') as connections,
       pg_notification_queue_usage() as notifications,
       current_setting('fsync') as fsync,
       current_setting('synchronous_commit') as synchronous_commit,
       current_setting('full_page_writes') as full_page_writes,
       current_setting('autovacuum') as autovacuum,
       (select setting::integer from pg_settings where name = 'autovacuum_naptime') as autovacuum_naptime_seconds,
       (current_setting('log_statement') <> 'none' or current_setting('log_min_duration_statement') <> '-1'
        or current_setting('log_min_duration_sample') <> '-1')
           and current_setting('log_parameter_max_length') <> '0'
           or current_setting('log_parameter_max_length_on_error') <> '0' as logs_parameters
