-- I-44: A contact's calls and minutes are those of the calls that name the contact.
--
-- Locks: nothing. Reads contacts and calls (calls_by_contact).
with summed as (
    select organization_id, contact_id, count(*) as calls
      from app.calls
     where contact_id is not null
     group by organization_id, contact_id
), compared as (
    select c.organization_id, c.id, c.calls, coalesce(s.calls, 0) as calls_summed
      from app.contacts c
      left join summed s on s.organization_id = c.organization_id and s.contact_id = c.id
), bad as (
    select format('organization %s, contact %s: %s calls counted, %s found', organization_id, id, calls,
                  calls_summed) as example
      from compared
     where calls <> calls_summed
)
select (select count(*) from compared) as checked,
       (select count(*) from bad) as violated,
       (select string_agg(example, e'\n') from (select example from bad limit 5) b) as examples
