-- Serves reserve_number: the intent to buy. No row when the number is somebody's already, whoever that is:
-- the unique index sees what row-level security hides. Locks: waits for whoever is inserting the same
-- number. Index: phone_numbers_in_use. $1 organization, $2 number.
insert into app.phone_numbers (organization_id, id, number, status, onboarding)
values ($1::uuid, app.uuid_v7(), $2, 'provisioning', true)
on conflict (number) where status <> 'released' do nothing
returning id, number
