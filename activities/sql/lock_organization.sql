-- Serves whatever changes an organization's periods or subscriptions: one at a time. Locks: the organization. No row:
-- no such organization, or none that the transaction may see. $1 organization.
select status from app.organizations where id = $1::uuid for update
