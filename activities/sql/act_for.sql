-- Names the organizations that the rest of the transaction works for. Locks nothing. $1 "<uuid>" or "<uuid>,<uuid>"
select set_config('app.current_organization', $1, true)
