-- Serves plan_reminder. Locks nothing. One row a recipient, at most 50 a channel, while the action is pending.
-- $1 organization, $2 action
select wanted.channel, given.recipient
from app.call_actions a
join app.organizations o on o.id = a.organization_id
cross join (values ('sms'), ('email')) as wanted (channel)
cross join lateral jsonb_array_elements_text(
    case jsonb_typeof(o.settings -> 'notifications' -> wanted.channel)
        when 'array' then o.settings -> 'notifications' -> wanted.channel
        else '[]'
    end) with ordinality as given (recipient, position)
where a.organization_id = $1::uuid and a.id = $2::uuid and a.status = 'pending' and given.position <= 50
group by wanted.channel, given.recipient
order by wanted.channel desc, min(given.position)
