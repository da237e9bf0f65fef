#include "tests/support/claims_log.hpp"

namespace test {
namespace {

/// What a worker gives up of its own it names by its own number ("coalesce(owner, 0) = $1"); what it takes from
/// others does not.
constexpr const char* triggers = R"(
create sequence public.claims_watched;
create table public.claims_log (problem text not null);

create function public.is_alive(worker integer) returns boolean language sql stable as $$
    select exists (select from engine.workers w where w.worker_no = worker and w.lease_until > engine.now())
       and exists (select from pg_locks k
                    where k.locktype = 'advisory' and k.classid = 726571 and k.objid = worker::oid and k.granted
                      and k.database = (select oid from pg_database where datname = current_database()))
$$;

create function public.watch_claims() returns trigger language plpgsql security definer as $$
declare
    problem text;
begin
    if new.owner > 0 and new.owner is distinct from old.owner or new.token <> old.token then
        perform nextval('public.claims_watched');
        problem := case when new.epoch <= old.epoch
                        then format('I-25 run %s: claimed by worker %s in epoch %s, after epoch %s', new.run_id,
                                    new.owner, new.epoch, old.epoch)
                        when new.token = old.token
                        then format('I-25 run %s: claimed by worker %s under the token of the claim before', new.run_id,
                                    new.owner)
                        when old.owner > 0
                        then format('I-26 run %s: claimed by worker %s while worker %s has it', new.run_id, new.owner,
                                    old.owner) end;
    elsif new.epoch < old.epoch then
        problem := format('I-25 run %s: its epoch was %s and is %s', new.run_id, old.epoch, new.epoch);
    elsif old.owner > 0 and new.owner is distinct from old.owner and current_query() not like '%owner, 0) = $%'
          and not exists (select from engine.workers w where w.worker_no = old.owner and w.ended_at is not null)
          and public.is_alive(old.owner) then
        problem := format('I-26 run %s: taken from worker %s, which lives', new.run_id, old.owner);
    end if;
    if problem is not null then
        insert into public.claims_log (problem) values (problem);
    end if;
    return null;
end
$$;
create trigger watch_claims after update on engine.live_runs for each row
    when (old.owner is distinct from new.owner or old.epoch <> new.epoch or old.token <> new.token)
    execute function public.watch_claims();

create function public.watch_deaths() returns trigger language plpgsql security definer as $$
begin
    if current_query() like '%= any (%' and public.is_alive(new.worker_no) then
        insert into public.claims_log (problem)
        values (format('I-26 worker %s: declared dead, and lives', new.worker_no));
    end if;
    return null;
end
$$;
create trigger watch_deaths after update of ended_at on engine.workers for each row
    when (old.ended_at is null and new.ended_at is not null)
    execute function public.watch_deaths();
)";

}  // namespace

void install_claims_log(pqxx::connection& owner) {
    pqxx::work tx{owner};
    tx.exec(triggers);
    tx.commit();
}

ClaimsSeen claims_seen(pqxx::connection& owner) {
    pqxx::nontransaction tx{owner};
    ClaimsSeen seen;
    seen.claims =
        tx.exec("select case when is_called then last_value else 0 end from public.claims_watched")[0][0]
            .as<int>();
    for (const auto& row : tx.exec("select problem from public.claims_log limit 5"))
        seen.problems.push_back(row[0].as<std::string>());
    return seen;
}

}  // namespace test
