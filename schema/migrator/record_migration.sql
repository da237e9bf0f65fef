-- $1 area, $2 number, $3 name
insert into engine.migrations (area, number, name) values ($1, $2, $3)
