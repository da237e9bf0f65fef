-- One more assistant was made from a template. Locks: its row. Index: templates_pkey. $1 slug.
update app.templates
set use_count = use_count + 1
where slug = $1
