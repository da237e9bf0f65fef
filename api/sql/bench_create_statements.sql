-- The view of what statements cost. Locks: the extension's objects. Wants pg_stat_statements among the preloaded libraries.
create extension if not exists pg_stat_statements
