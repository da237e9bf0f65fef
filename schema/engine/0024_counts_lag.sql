-- How long a run's history is, its live row says when nobody holds the run. While a worker does, most activations leave
-- the row alone (engine/store/sql/hold_runs.sql): the counts may say less than there is, never more.

-- Where a run's history ends. Of a run that the caller holds: volatile, so that it sees what was committed before the lock
-- was given, however old the statement is that asks.
create function engine.history_end(of_run uuid, out activations integer, out next_event integer, out last bytea)
    language plpgsql
    volatile
    set plan_cache_mode = force_generic_plan  -- of the partitions one is looked at
    as $$
begin
    select h.first_event + h.events, h.activation into next_event, last
      from engine.history h where h.run_id = of_run order by h.first_event desc limit 1;
    select count(*) into activations from engine.history h where h.run_id = of_run;
end
$$;

-- The same for whoever takes a run out of a worker's hands, and has to leave a row that says all: nulls if the history
-- cannot be read. The next holder finds that out; the others are not held up.
create function engine.readable_history_end(of_run uuid, out activations integer, out next_event integer)
    language plpgsql
    volatile
    as $$
begin
    select e.activations, e.next_event into activations, next_event from engine.history_end(of_run) e;
exception
    when data_corrupted or index_corrupted then
        null;
end
$$;

-- Ends an open run for another that takes its workflow id, as terminate_existing of the C++ client does. The caller
-- holds the id's row and the live row. Statements: engine/store/sql/end_run.sql.
create or replace function engine.terminate_for(old_run uuid, new_run uuid) returns void
    language plpgsql
    as $$
declare
    live record;
    tail record;
    tie record;
    started jsonb;
    reason text := 'replaced by run ' || new_run;
    told bytea;
begin
    select l.chain_id, l.tenant, l.has_children into live from engine.live_runs l where l.run_id = old_run;
    select * into tail from engine.history_end(old_run);
    select k.parent_run, k.initiated into tie from engine.children k where k.child_chain = live.chain_id;
    if found then
        select convert_from(h.activation, 'UTF8')::jsonb #> '{a,0}' into started
          from engine.history h where h.run_id = old_run and h.first_event = 1;
        told := convert_to(jsonb_build_object('k', 'ChildFailed', 'initiated', started #> '{parent,initiated}',
            'run', live.chain_id, 'failure', jsonb_build_object(
                'kind', 'child', 'retryable', false, 'activity', started ->> 'type',
                'activity_id', started #> '{parent,initiated}', 'cause', jsonb_build_object(
                    'kind', 'terminated', 'message', reason, 'retryable', false)))::text, 'UTF8');
    end if;
    insert into engine.history (run_id, first_event, events, activation)
    values (old_run, tail.next_event, 1, convert_to(jsonb_build_object(
        -- Time never goes back inside a history.
        't', greatest(engine.microseconds(engine.now()), (convert_from(tail.last, 'UTF8')::json ->> 't')::bigint),
        'b', '', 'a', '[]'::jsonb,
        'c', jsonb_build_array(jsonb_build_object(
            'k', 'WorkflowTerminated', 'reason', reason, 'identity', 'start')))::text, 'UTF8'));
    insert into engine.closed_runs (run_id, closed_at, activations, events, status)
    values (old_run, engine.now(), tail.activations + 1, tail.next_event, 'terminated');
    delete from engine.live_runs l where l.run_id = old_run;
    delete from engine.blocked b where b.run_id = old_run;
    delete from engine.activities a where a.run_id = old_run;
    update engine.updates u
       set stage = 'aborted', ended_at = engine.now(), decided_at = coalesce(u.decided_at, engine.now()),
           outcome = convert_to('{"k":"UpdateCompleted","accepted":0,"failure":{"kind":"application","type":'
               '"WorkflowClosed","message":"the workflow was terminated before the update was answered",'
               '"retryable":false}}', 'UTF8')
     where u.chain_id = live.chain_id and u.stage in ('admitted', 'accepted');
    delete from engine.inbox i where i.chain_id = live.chain_id;
    delete from engine.children k where k.child_chain = live.chain_id;
    if told is not null then
        insert into engine.errands (kind, target, tenant, event, since)
        values ('message', tie.parent_run, live.tenant, told, engine.now());
    end if;
    if live.has_children then
        insert into engine.errands (kind, target, tenant, since)
        values ('closed', live.chain_id, live.tenant, engine.now());
    end if;
end
$$;
