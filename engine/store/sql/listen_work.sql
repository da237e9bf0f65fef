-- Hear of work on this session. Locks: none.
listen callflex_work
