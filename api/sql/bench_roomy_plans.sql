-- Plans that no load uses up: the alert would be a message, whose fate is followed for ten minutes.
-- Locks: every plan.
update app.plans set included_minutes = 1000000
