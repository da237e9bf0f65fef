-- Takes back what the transaction has named so far: it sees no organization. Locks nothing.
set local role none;
select set_config('app.current_organization', '', true)
