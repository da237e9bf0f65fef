-- Lets the rest of the transaction see every organization. Locks nothing.
set local role callflex_system
