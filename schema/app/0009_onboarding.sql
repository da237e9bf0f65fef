-- Onboarding: what it is about to make is written down before it is made, one thing of a kind at a time for an
-- organization, so that a crash never leaves two.

alter table app.assistants
    add column onboarding boolean not null default false,  -- made by the onboarding workflow
    drop constraint assistant_status_is_known,
    add constraint assistant_status_is_known check (status in ('draft', 'active', 'paused', 'deleted'));
create unique index assistants_in_onboarding on app.assistants (organization_id) where onboarding and status = 'draft';

alter table app.phone_numbers
    add column onboarding boolean not null default false;
create unique index phone_numbers_in_onboarding on app.phone_numbers (organization_id)
    where onboarding and status = 'provisioning';
