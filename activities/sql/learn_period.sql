-- Serves learn_subscription: a period that Stripe has told. Locks: period rows; the caller holds the organization.
-- $1 organization, $2 start, $3 end, $4 Stripe's clock when it said so.
select app.learn_period($1::uuid, $2::timestamptz, $3::timestamptz, $4::timestamptz)
