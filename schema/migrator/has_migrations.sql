-- Whether this database has ever been migrated.
select to_regclass('engine.migrations') is not null
