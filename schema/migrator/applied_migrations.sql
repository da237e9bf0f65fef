-- What has been applied. A database that was last migrated by an early release does not tell what contracts.
select m.area, m.number, coalesce((to_jsonb(m) ->> 'contracts')::boolean, false) as contracts from engine.migrations m
