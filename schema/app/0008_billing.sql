-- Money: which stretch of time is billed, which call stands on which bill, and what Stripe has told.
--
-- The rules (docs/guide/billing-cycle.md):
--   - A call belongs to the period in which it ended: period_start <= ended_at < period_end.
--   - It is billed once, by a row in billed_calls: by its own period, or, when it was heard of only after that was
--     closed, by the next one to close ("late").
--   - What is learned about periods and subscriptions may come in any order and any number of times; the rows are the
--     same in the end, because every column keeps what was said last (by Stripe's clock), not what came last.

-- Stripe's subscriptions of an organization. The newest one is what app.organizations shows.
create table app.subscriptions (
    organization_id uuid not null references app.organizations,
    subscription_id text not null,           -- "sub_..."
    customer_id     text not null default '',
    created_at      timestamptz not null default '-infinity',  -- at Stripe
    status          text,                    -- as in app.organizations; null: not heard of yet
    -- What told the status: Stripe's clock, then the weight of the kind of event, then its id.
    status_at       timestamptz not null default '-infinity',
    status_weight   smallint not null default 0,
    status_event    text not null default '',
    plan            text references app.plans,
    plan_at         timestamptz not null default '-infinity',
    metered_item_id text not null default '',
    items_at        timestamptz not null default '-infinity',
    ended_at        timestamptz,
    constraint subscriptions_pkey primary key (organization_id, subscription_id),
    constraint subscription_status_is_known
        check (status in ('active', 'past_due', 'restricted', 'canceled'))
);
create index subscriptions_by_id on app.subscriptions (subscription_id);
create index subscriptions_by_customer on app.subscriptions (customer_id) where customer_id <> '';

create table app.billing_periods (
    organization_id  uuid not null references app.organizations,
    period_start     timestamptz not null,
    period_end       timestamptz not null,
    -- open: its calls are still coming in. claimed: its calls are counted, nothing about it moves any more. closed: the
    -- overage is reported and the event written. skipped: nobody pays for it.
    state            text not null default 'open',
    said_at          timestamptz not null default '-infinity',  -- Stripe's clock when it told the dates
    -- Written with the claim.
    calls            bigint,
    minutes          bigint,
    late_minutes     bigint,                 -- part of minutes: of calls that ended before period_start
    included_minutes bigint,
    overage_minutes  bigint,
    overage_cents    bigint,
    claimed_at       timestamptz,
    constraint billing_periods_pkey primary key (organization_id, period_start),
    constraint billing_periods_end_apart unique (organization_id, period_end),
    constraint billing_periods_have_a_length check (period_end > period_start),
    constraint period_state_is_known check (state in ('open', 'claimed', 'closed', 'skipped')),
    constraint claimed_periods_have_figures
        check (state not in ('claimed', 'closed')
               or (calls is not null and minutes is not null and late_minutes is not null
                   and included_minutes is not null and overage_minutes is not null and overage_cents is not null))
);
create index billing_periods_to_close on app.billing_periods (period_end, organization_id)
    where state in ('open', 'claimed');

-- Which bill a call stands on. Its key is what keeps a call from standing on two.
create table app.billed_calls (
    organization_id uuid not null,
    call_id         uuid not null,
    started_at      timestamptz not null,    -- with the other two the key of app.calls
    period_start    timestamptz not null,
    minutes         bigint not null,
    late            boolean not null,        -- ended before the period began
    constraint billed_calls_pkey primary key (organization_id, call_id),
    constraint billed_calls_belong_to_their_period
        foreign key (organization_id, period_start) references app.billing_periods (organization_id, period_start),
    constraint billed_minutes_are_not_negative check (minutes >= 0)
);
create index billed_calls_by_period on app.billed_calls (organization_id, period_start);

-- Usage of a stretch of time that does not begin at midnight looks at the calls of the days at its edges.
-- (calls_by_usage_date serves them.)
create function app.period_minutes(organization uuid, first timestamptz, last timestamptz) returns bigint
    language sql
    stable
    set search_path = pg_catalog, pg_temp
as $$
    with days as (
        select (first at time zone 'UTC')::date as first_day,
               (last at time zone 'UTC')::date as last_day,
               ((first + interval '1 day' - interval '1 microsecond') at time zone 'UTC')::date as first_whole
    )
    select (coalesce((select sum(u.minutes)
                        from app.daily_usage u, days
                       where u.organization_id = organization
                         and u.usage_date >= days.first_whole and u.usage_date < days.last_day), 0)
            + coalesce((select sum(c.billed_minutes)
                          from app.calls c, days
                         where c.organization_id = organization
                           and c.usage_date in (days.first_day, days.last_day)
                           and (c.usage_date < days.first_whole or c.usage_date >= days.last_day)
                           and c.ended_at >= first and c.ended_at < last
                           and c.started_at >= first - interval '31 days' and c.started_at < last), 0))::bigint
$$;

-- A period as somebody has told it at `said`. The organization's row is locked by the caller. Earlier periods that
-- reach into it end where it begins; it ends where a later one begins; what is no longer open stays as it is, and a
-- period begins where that ends. Afterwards the organization shows its latest period.
create function app.learn_period(organization uuid, told_first timestamptz, last timestamptz, said timestamptz)
    returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
declare
    first timestamptz := greatest(told_first, (select max(p.period_end) from app.billing_periods p
                                                where p.organization_id = organization and p.state <> 'open'
                                                  and p.period_start < told_first));
    until_when timestamptz := least(last, (select min(p.period_start) from app.billing_periods p
                                            where p.organization_id = organization and p.period_start > first));
begin
    if until_when <= first then
        return;
    end if;
    update app.billing_periods p
       set period_end = first
     where p.organization_id = organization and p.state = 'open'
       and p.period_start < first and p.period_end > first;
    insert into app.billing_periods as p (organization_id, period_start, period_end, said_at)
    values (organization, first, until_when, said)
    on conflict on constraint billing_periods_pkey do update
        set period_end = excluded.period_end, said_at = excluded.said_at
        where p.state = 'open'
          and (excluded.said_at, excluded.period_end) > (p.said_at, p.period_end);
    perform app.show_latest_period(organization);
end
$$;

-- No period reaches beyond the end of the subscription that paid for it.
create function app.end_periods_at(organization uuid, moment timestamptz) returns void
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    update app.billing_periods p
       set period_end = moment
     where p.organization_id = organization and p.state = 'open'
       and p.period_start < moment and p.period_end > moment;
    perform app.show_latest_period(organization);
end
$$;

create function app.show_latest_period(organization uuid) returns void
    language sql
    set search_path = pg_catalog, pg_temp
as $$
    update app.organizations o
       set billing_period_start = p.period_start, billing_period_end = p.period_end, updated_at = now()
      from (select l.period_start, l.period_end from app.billing_periods l
             where l.organization_id = organization
             order by l.period_start desc limit 1) as p
     where o.id = organization
       and (o.billing_period_start, o.billing_period_end) is distinct from (p.period_start, p.period_end)
$$;

-- Every organization has a period from its first moment, whoever makes it.
create function app.begin_first_period() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    insert into app.billing_periods (organization_id, period_start, period_end)
    values (new.id, new.billing_period_start, new.billing_period_end)
    on conflict do nothing;
    return null;
end
$$;
create trigger organizations_begin_their_first_period after insert on app.organizations
    for each row execute function app.begin_first_period();

-- Those that are there already: the owner has to be let past the policies of organizations for a moment.
alter table app.organizations no force row level security;
insert into app.billing_periods (organization_id, period_start, period_end)
select id, billing_period_start, billing_period_end from app.organizations;
alter table app.organizations force row level security;

-- Events that named an organization nobody knew yet: looked at again when a customer becomes known.
create index unclaimed_stripe_events on app.inbound_webhooks (received_at)
    where vendor = 'stripe' and outcome = 'unclaimed';

create index organization_members_by_role on app.organization_members (organization_id, role);

call app.isolate('app.subscriptions');
call app.isolate('app.billing_periods');
call app.isolate('app.billed_calls');
grant execute on function app.period_minutes(uuid, timestamptz, timestamptz) to callflex_app, callflex_system;
grant execute on function app.learn_period(uuid, timestamptz, timestamptz, timestamptz)
    to callflex_app, callflex_system;
grant execute on function app.end_periods_at(uuid, timestamptz) to callflex_app, callflex_system;
grant execute on function app.show_latest_period(uuid) to callflex_app, callflex_system;
