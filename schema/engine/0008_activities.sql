-- What people and outside systems do to pending activities: pause, reset, change, answer for them; and activities whose
-- implementation has handed them out, to be completed from outside.
--
-- A row that is held (paused, or handed out) has no owner and is available at 'infinity': no claim reads it, however
-- many there are, and neither claims nor their indexes know these columns.

alter table engine.activities
    add column awaiting boolean not null default false,  -- handed out: whoever has its token completes it
    add column paused_at timestamptz,   -- an operator holds it back; an attempt that runs may end
    add column paused_by text,
    add column pause_reason text,
    -- What an operator has ordered while an attempt runs. Null: nothing. 'retry': its failure is not final, since it is
    -- judged by options that have changed meanwhile. 'restart': the attempt is asked to stop; whatever comes of it but
    -- a result, the next attempt is the first one again, without details.
    add column after_attempt text collate "C",
    add constraint a_pause_has_an_author check ((paused_at is null) = (paused_by is null)),
    add constraint an_order_is_of_a_known_kind check (after_attempt in ('retry', 'restart')),
    add constraint what_is_handed_out_has_no_owner
        check (not awaiting or (owner is null and available_at = 'infinity'));

-- Orders for activities that have no row, because the worker that holds their run runs them itself. Applied, and gone,
-- when that worker has to give the activity a row; without effect if it ends before.
create table engine.activity_orders (
    run_id uuid not null,
    activity integer not null,
    restart boolean not null default false,
    paused_at timestamptz,
    paused_by text,
    pause_reason text,
    task bytea,                     -- encoded ActivityScheduled with what has changed; null: nothing, nor below
    queue text collate "C",
    priority smallint,
    start_to_close interval,
    heartbeat interval,
    close_by timestamptz,
    constraint an_activity_has_one_order primary key (run_id, activity),
    constraint an_ordered_pause_has_an_author check ((paused_at is null) = (paused_by is null)),
    constraint a_changed_task_has_its_columns check ((task is null) = (queue is null)
                                                     and (task is null) = (priority is null))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
