-- What autovacuum would have done by the time that so many rows have come: statistics and visibility. Locks: as vacuum.
vacuum (analyze)
