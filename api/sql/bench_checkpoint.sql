-- Flushes dirty pages now. Locks: none. Needs the rights of pg_checkpoint.
checkpoint
