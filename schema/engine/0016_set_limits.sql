-- Limits of activities that operators set: they count instead of those that the code names.

-- concurrency, per_second and burst are the figures that count: what an operator has set, else what the code has
-- declared last, figure by figure. A key that an operator has set stays, whoever uses it.
alter table engine.limits
    add column declared_concurrency integer,
    add column declared_per_second double precision,
    add column declared_burst integer,          -- null: no code has declared the key yet
    add column set_concurrency integer,
    add column set_per_second double precision,
    add column set_burst integer,
    add column set_at timestamptz,              -- null: no operator has set anything
    add column set_by text,
    add column set_reason text,
    add constraint an_operators_limit_has_an_author
        check ((set_at is null) = (set_by is null)
               and (set_at is not null or coalesce(set_concurrency, set_per_second, set_burst) is null));
update engine.limits
   set declared_concurrency = concurrency, declared_per_second = per_second, declared_burst = burst;
