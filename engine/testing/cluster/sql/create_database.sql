-- A database as a copy of another one. Braces: its name, the other's, both made by the program.
--
-- Locks: the template, which nobody may use meanwhile. Index: none.
create database {} template {} strategy file_copy
