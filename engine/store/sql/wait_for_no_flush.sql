-- This transaction's commit does not wait for the write-ahead log: a crash of the server may undo it although its caller
-- has been told of it. For claims that commit nothing else: a claim that is undone leaves the run to the next claim,
-- whose token the fences of this one's owner do not fit, and nothing is done for a run before a later commit, which does
-- wait, and whose log comes after this one's.
--
-- Locks: nothing.
select set_config('synchronous_commit', 'off', true)
