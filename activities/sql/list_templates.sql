-- The templates that may be used, in the order of their industries; or the one of that slug. Locks: none. Reads the few
-- rows of templates. $1 slug, or null for all.
select t.slug, t.industry, t.name, t.description, t.system_prompt, t.first_message, t.variables, t.voice, t.model,
       t.functions
from app.templates t
join app.industries i on i.slug = t.industry
where t.active
  and ($1::text is null or t.slug = $1)
order by i.position, t.slug
