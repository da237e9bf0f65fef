-- Hear of closed runs on this session. Locks: none.
listen callflex_closed
