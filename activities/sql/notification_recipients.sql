-- Serves plan_notifications. Locks nothing. One row a recipient, at most 50 a channel, the organization's facts in each;
-- one row with a null channel if nobody wants to know. No row: no such organization. $1 organization, $2 started_at.
select organizations.name,
       to_char($2::timestamptz at time zone organizations.time_zone, 'Dy, Mon FMDD, FMHH12:MI AM') as local_time,
       recipients.channel,
       recipients.recipient
from app.organizations
left join lateral (
    select wanted.channel, given.recipient, min(given.position) as position
    from (values ('sms'), ('email')) as wanted (channel)
    cross join lateral jsonb_array_elements_text(
        case jsonb_typeof(settings -> 'notifications' -> wanted.channel)
            when 'array' then settings -> 'notifications' -> wanted.channel
            else '[]'
        end) with ordinality as given (recipient, position)
    where given.position <= 50
    group by wanted.channel, given.recipient
) as recipients on true
where organizations.id = $1::uuid
order by recipients.channel desc, recipients.position
