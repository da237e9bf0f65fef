-- What has been applied.
select area, number from engine.migrations
