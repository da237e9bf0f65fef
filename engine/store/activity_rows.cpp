#include "engine/store/activity_rows.hpp"

#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;

/// A zero means "not limited".
template <class T>
std::optional<T> unless_zero(T value) {
    if (value == T{0}) return std::nullopt;
    return value;
}

std::optional<std::int64_t> unless_zero(Duration duration) {
    return unless_zero(std::int64_t{duration.count()});
}

/// The keys that rows wait for, in the order in which they are locked.
class Limits {
  public:
    void add(const ActivityLimit& limit, const ActivityRow& row) {
        figures_.insert_or_assign(limit.key, limit);
        lines_.emplace(limit.key, row.queue, row.type);
    }
    void append_to(std::vector<Step>& steps) const {
        if (figures_.empty()) return;
        BinaryArray key{Of::text}, concurrency{Of::int32}, per_second{Of::float64}, burst{Of::int32};
        for (const auto& [name, limit] : figures_) {
            key.add(std::string_view{name});
            concurrency.add(unless_zero(limit.concurrency));
            per_second.add(unless_zero(limit.per_second));
            burst.add(limit.burst);
        }
        BinaryArray line{Of::text}, queue{Of::text}, type{Of::text};
        for (const auto& [name, in_queue, of_type] : lines_) {
            line.add(std::string_view{name});
            queue.add(std::string_view{in_queue});
            type.add(std::string_view{of_type});
        }
        Step step{{"declare_limits", sql::declare_limits}, {}};
        step.params.add(key).add(concurrency).add(per_second).add(burst).add(line).add(queue).add(type);
        steps.push_back(std::move(step));
    }

  private:
    std::map<std::string, ActivityLimit> figures_;
    std::set<std::tuple<std::string, std::string, std::string>> lines_;
};

/// The arrays of store_activities.sql.
struct NewRows {
    BinaryArray run{Of::uuid}, activity{Of::int32}, attempt{Of::int32}, lost{Of::int32},
        scheduled{Of::moment}, available{Of::moment}, start_by{Of::moment}, close_by{Of::moment},
        start_to_close{Of::int64}, heartbeat{Of::int64}, queue{Of::text}, type{Of::text}, tenant{Of::text},
        task{Of::bytes}, failure{Of::bytes}, details{Of::text}, priority{Of::int32}, limit_key{Of::text};

    void add(const ActivityRow& row, const ActivityOptions& options) {
        run.add(row.run.value);
        activity.add(row.activity.value);
        attempt.add(row.attempt);
        lost.add(row.lost_attempts);
        scheduled.add(row.scheduled_at);
        available.add(row.available_at);
        start_by.add(row.schedule_to_start_by);
        close_by.add(row.close_by);
        start_to_close.add(unless_zero(options.start_to_close));
        heartbeat.add(unless_zero(options.heartbeat));
        queue.add(std::string_view{row.queue});
        type.add(std::string_view{row.type});
        tenant.add(std::string_view{row.tenant.value});
        task.add(std::string_view{row.task});
        failure.add(row.last_failure);
        details.add(row.heartbeat_details);
        priority.add(options.priority);
        options.limit ? limit_key.add(std::string_view{options.limit->key}) : limit_key.add_null();
    }
    void append_to(std::vector<Step>& steps) const {
        Step step{{"store_activities", sql::store_activities}, {}};
        step.params.add(run).add(activity).add(attempt).add(lost).add(scheduled).add(available);
        step.params.add(start_by).add(close_by).add(start_to_close).add(heartbeat).add(queue).add(type);
        step.params.add(tenant).add(task).add(failure).add(details).add(priority).add(limit_key);
        steps.push_back(std::move(step));
    }
};

}  // namespace

void append_activity_rows(std::vector<Step>& steps, std::span<const ActivityRow* const> rows) {
    if (rows.empty()) return;
    Limits limits;
    NewRows stored;
    for (const ActivityRow* row : rows) {
        const history::Event event = history::decode_event(row->task);
        const ActivityOptions& options = std::get<history::ActivityScheduled>(event).options;
        if (options.limit) limits.add(*options.limit, *row);
        stored.add(*row, options);
    }
    limits.append_to(steps);
    stored.append_to(steps);
}

}  // namespace durable::store
