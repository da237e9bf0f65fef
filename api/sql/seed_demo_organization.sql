-- The demo organization of `callflex dev` with its assistant and number; what is there stays as it is.
-- Locks: organizations, assistants, phone_numbers.
-- $1 organization, $2 assistant, $3 number (ids).
with organization as (
    insert into app.organizations (id, name, slug, status, industry, plan, billing_period_start, billing_period_end,
                                   time_zone, settings)
    values ($1::uuid, 'Northside Heating', 'northside-heating', 'active', 'home-services', 'growth',
            date_trunc('month', now(), 'UTC'), date_trunc('month', now(), 'UTC') + interval '1 month',
            'America/Chicago',
            '{"notifications": {"sms": ["+15550100400"], "email": ["owner@northside-heating.example"]},
              "transfer_numbers": {"dispatch": "+15550100500", "manager": "+15550100600", "emergency": "+15550100700"},
              "business_hours": {"monday": ["08:00-17:00"], "tuesday": ["08:00-17:00"], "wednesday": ["08:00-17:00"],
                                 "thursday": ["08:00-17:00"], "friday": ["08:00-17:00"], "saturday": ["09:00-13:00"]}}')
    on conflict do nothing
), assistant as (
    insert into app.assistants (organization_id, id, name, prompt, first_message, status, vapi_assistant_id,
                                sync_state, synced_at)
    values ($1::uuid, $2::uuid, 'Northside Heating - Reception',
            'You are the friendly receptionist of Northside Heating. Find out who calls and why, and take a message.',
            'Hello, thanks for calling Northside Heating. How can I help?', 'active',
            '5b0c9d8e-2a41-4f0e-8c77-1f2e3d4c5b6a', 'synced', now())
    on conflict do nothing
)
insert into app.phone_numbers (organization_id, id, number, label, vapi_phone_number_id, assistant_id)
values ($1::uuid, $3::uuid, '+15550100200', 'Main line', 'c6ea6cb0-0dfb-4a65-918f-6a33abb54b64', $2::uuid)
on conflict do nothing
