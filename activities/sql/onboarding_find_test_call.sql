-- Serves find_test_call. Locks nothing. Only the last 31 days' partitions are read. $1 organization, $2
-- phone number.
select exists (select from app.calls c
                where c.organization_id = $1::uuid
                  and c.started_at >= now() - interval '31 days'
                  and (c.phone_number_id = $2::uuid
                       or c.to_number = (select n.number from app.phone_numbers n
                                          where n.organization_id = $1::uuid and n.id = $2::uuid))) as made
