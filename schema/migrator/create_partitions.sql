-- The engine's months: one back, for runs that started before midnight of the first, and two years ahead.
select engine.create_partitions(now() - interval '1 month', now() + interval '24 months')
