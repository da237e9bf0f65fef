-- Outgoing webhooks, second part: what their delivery has to remember (tables: 0004_product.sql).

alter table app.webhook_endpoints
    add column allow_http          boolean not null default false,  -- the tenant's own choice: no https, no proof of who answers
    add column failing_since       timestamptz,                     -- first failure since the last success; null: none
    add column told_owner_at       timestamptz,                     -- the owner knows of this outage; null: not yet, or over
    add column headers_ciphertext  bytea,                           -- the customer's own headers, sealed; null: none
    add column headers_key_id      text,
    add constraint sealed_headers_have_a_key check ((headers_ciphertext is null) = (headers_key_id is null));

alter table app.webhook_deliveries
    add column redeliveries integer not null default 0;              -- also in the workflow's id: webhook-<id>-redelivery-<n>

-- Dead letters of one endpoint, and what waits for it.
create index webhook_deliveries_by_endpoint on app.webhook_deliveries (organization_id, endpoint_id, status, created_at);

alter table app.webhook_attempts
    add column outcome text not null default 'under way',
    add constraint attempt_outcome_is_known check (outcome in ('under way', 'delivered', 'failed'));

-- Readers see how deliveries go, not what is in them, and never what a customer's server said.
revoke all on app.webhook_attempts from callflex_readonly;
