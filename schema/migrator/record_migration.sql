-- $1 area, $2 number, $3 name, $4 whether releases that do not know it can no longer work with the database
insert into engine.migrations (area, number, name, contracts) values ($1, $2, $3, $4)
