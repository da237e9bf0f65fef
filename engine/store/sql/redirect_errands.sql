-- What is on its way to a run goes to the one that takes its place; but for news of its children, which the caller looks
-- up in their histories.
--
-- Locks: errands. Index: an_errand_is_run_once, all of its messages.
-- $1 run, $2 the run that takes its place
with dropped as (
    delete from engine.errands
     where kind = 'message' and target = $1::uuid
       and convert_from(event, 'UTF8')::json ->> 'k' in ('ChildStarted', 'ChildStartFailed', 'ChildCompleted',
                                                         'ChildFailed')
    returning id
)
update engine.errands set target = $2::uuid
 where kind = 'message' and target = $1::uuid and id <> all (array(select id from dropped))
