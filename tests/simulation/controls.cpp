#include "tests/simulation/controls.hpp"

#include <stdexcept>
#include <utility>

namespace simulation {
namespace {

/// In the statement whose text has `mark` in it: `guard` becomes `instead`.
Control in_statement(std::string name, std::string mark, std::string guard, std::string instead) {
    Control control{std::move(name), {}};
    control.sabotage.rewrite = [mark = std::move(mark), guard = std::move(guard),
                                instead = std::move(instead)](std::string sql) {
        if (sql.find(mark) == std::string::npos) return sql;
        const auto at = sql.find(guard);
        if (at == std::string::npos) throw std::logic_error("nothing to leave out any more: " + guard);
        return sql.replace(at, guard.size(), instead);
    };
    return control;
}

Control in_schema(std::string name, std::string sql) {
    Control control{std::move(name), {}};
    control.sabotage.schema_change = std::move(sql);
    return control;
}

Control from_seed(std::uint64_t seed, Control control) {
    control.first_seed = seed;
    return control;
}

Control with(std::string name, bool Sabotage::* what) {
    Control control{std::move(name), {}};
    control.sabotage.*what = true;
    return control;
}

}  // namespace

std::vector<Control> negative_controls() {
    std::vector<Control> controls{
        with("vendors' keys change from attempt to attempt", &Sabotage::key_of_attempt),
        from_seed(4,
                  with("at-most-once activities are sent again without looking", &Sabotage::never_reconcile)),
        from_seed(2, with("dead workers are looked for at the start only", &Sabotage::sweep_once)),
        from_seed(17,
                  with("a commit that was lost on its way counts as done", &Sabotage::believe_every_send)),
        from_seed(72, with("a business transaction in doubt is made again", &Sabotage::forget_doubts)),
        // Rare: a message must come between the last load of a run and its end.
        from_seed(437, in_statement("a run closes although a message has got in", "The fenced end of a batch",
                                    "and l.inbox_tail = x.head", "")),
        in_statement("a run that waits for a timer is not woken by it", "batch's runs that stay open",
                     "else x.wake_at end", "end"),
        in_schema("a repeated message is a new one",
                  "create or replace function engine.forget() returns trigger language plpgsql as "
                  "$$ begin new.request_id := new.request_id || random()::text; return new; end $$; "
                  "create trigger forget before insert on engine.message_ids for each row execute function "
                  "engine.forget()"),
    };
    return controls;
}

}  // namespace simulation
