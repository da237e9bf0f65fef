-- Calls whose transcripts hold the words, best first. Locks nothing. Index: call_transcripts_search.
-- $1 organization, $2 what was typed (websearch syntax), $3 from, $4 until, $5 limit
select c.id::text, engine.microseconds(c.started_at) as started_at, c.from_number, c.duration_seconds,
       ts_headline('english', left(t.text, 200000), q.query,
                   'MaxFragments=1, MaxWords=16, MinWords=6, StartSel=«, StopSel=»') as excerpt
from websearch_to_tsquery('english', $2) as q (query)
join app.call_transcripts t on t.words @@ q.query
join app.calls c on c.organization_id = t.organization_id and c.started_at = t.started_at and c.id = t.call_id
where t.organization_id = $1::uuid and t.started_at >= $3::timestamptz and t.started_at < $4::timestamptz
order by ts_rank_cd(t.words, q.query) desc, c.started_at desc
limit $5::integer
