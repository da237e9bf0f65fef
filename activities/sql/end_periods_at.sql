-- Serves learn_subscription: the subscription has ended. Locks: period rows; the caller holds the organization.
-- $1 organization, $2 when.
select app.end_periods_at($1::uuid, $2::timestamptz)
