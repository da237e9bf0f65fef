-- Ids of a new endpoint and of a new secret, which their sealed rows are bound to. Locks nothing.
select app.uuid_v7()
