-- Serves reserve_number: the number that the organization has chosen already. Locks nothing.
-- Index: phone_numbers_in_onboarding. $1 organization.
select id, number from app.phone_numbers
 where organization_id = $1::uuid and onboarding and status = 'provisioning'
