-- Whether a run is still open. Locks: none. Index: none, the first live row answers.
select exists (select from engine.live_runs)
