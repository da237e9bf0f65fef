-- For one transaction everything is done as the owner, who owns what is made.
set local role callflex_owner;
set local lock_timeout = '10s';
