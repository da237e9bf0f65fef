-- What an organization wants done with a provider's events. Locks nothing. Index: one_integration_a_provider.
-- $1 organization, $2 provider
select config::text
from app.integrations
where organization_id = $1::uuid and provider = $2 and status = 'active'
