-- An id for a row. Locks: none.
select app.uuid_v7()::text
