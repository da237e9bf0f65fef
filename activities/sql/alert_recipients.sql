-- Serves raise_usage_alerts and rebuild_usage_day. Locks nothing. Index: organization_members_by_role. One row a
-- recipient, at most 50 a channel: whom the settings name, and the owners by e-mail when they name no address.
-- $1 organizations.
with named as (
    select o.id, wanted.channel, given.recipient, min(given.position) as position
    from app.organizations o
    cross join (values ('sms'), ('email')) as wanted (channel)
    cross join lateral jsonb_array_elements_text(
        case jsonb_typeof(o.settings -> 'notifications' -> wanted.channel)
            when 'array' then o.settings -> 'notifications' -> wanted.channel
            else '[]'
        end) with ordinality as given (recipient, position)
    where o.id = any ($1::uuid[]) and given.position <= 50
    group by o.id, wanted.channel, given.recipient
),
owners as (
    select m.organization_id as id, 'email' as channel, u.email as recipient, 1 as position
    from app.organization_members m
    join app.users u on u.id = m.user_id
    where m.organization_id = any ($1::uuid[]) and m.role = 'owner'
      and not exists (select from named n where n.id = m.organization_id and n.channel = 'email')
    limit 2000
)
select r.id::text as organization_id, o.name, r.channel, r.recipient
from (select * from named union all select * from owners) as r
join app.organizations o on o.id = r.id
order by r.id, r.channel desc, r.position, r.recipient
