// Carrying out errands: all kinds in one transaction and one round trip.

#include <algorithm>

#include "engine/store/hot_impl.hpp"
#include "engine/store/semaphore_steps.hpp"
#include "engine/store/updates.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

/// What one call touches at most; the rest is for the next, or for another worker.
constexpr std::int32_t messages_max = 250;
constexpr std::int32_t chains_max = 50;
constexpr std::int32_t children_max = 100;

Step deliver_step(const char* name, std::string_view statement) {
    Step step{{name, statement}, {}};
    step.params.add(messages_max);
    return step;
}

/// The last activation of a child that is terminated, but for its time, which the statement knows: its
/// members as they stand between the braces.
std::string last_activation_members() {
    history::Activation last;
    last.commands.emplace_back(history::WorkflowTerminated{"its parent has closed", "parent"});
    const std::string text = history::encode(last);
    const std::size_t after_time = text.find(',');
    return text.substr(after_time + 1, text.size() - after_time - 2);
}

Step close_step() {
    static const std::string request =
        history::encode_event(history::CancelRequested{"its parent has closed", "parent"});
    static const std::string members = last_activation_members();
    Step step{{"close_children", sql::close_children}, {}};
    step.params.add(chains_max)
        .add(children_max)
        .add(std::string_view{request})
        .add(std::string_view{members})
        .add(std::string_view{broken_off("was terminated before the update was answered", false)});
    return step;
}

void add_queue(Delivered& delivered, std::string queue) {
    if (std::ranges::count(delivered.queues, queue) == 0) delivered.queues.push_back(std::move(queue));
}

/// What has been granted goes out with the messages. Semaphores that somebody else holds at this moment, and requests
/// beyond a page, are for the next time.
void take_grants(Delivered& delivered, const Rows& held, const Rows& granted) {
    delivered.more = delivered.more || held.boolean(0, 0) || granted.boolean(0, 0);
}

void take_messages(Delivered& delivered, const Rows& rows) {
    const auto done = rows.int64(0, 0);
    const auto busy = rows.int64(0, 1);
    delivered.done += static_cast<int>(done);
    delivered.more = delivered.more || busy > 0 || done + busy >= messages_max;
    for (int i = 0; i < rows.size(); ++i) {
        if (!rows.is_null(i, 2)) add_queue(delivered, rows.bytes(i, 2));
    }
}

void take_children(Delivered& delivered, const Rows& rows) {
    delivered.done += static_cast<int>(rows.int64(0, 0));
    delivered.more = delivered.more || rows.int64(0, 1) > 0;
    for (int i = 0; i < rows.size(); ++i) {
        if (!rows.is_null(i, 2)) delivered.closed.emplace_back(rows.uuid(i, 2));
        if (!rows.is_null(i, 3)) add_queue(delivered, rows.bytes(i, 3));
    }
}

}  // namespace

Delivered HotConnection::Impl::deliver_errands() {
    const std::int64_t token = ids_.token();
    const std::vector<Step> steps{hold_semaphores_step(token), grant_units_step(token),
                                  deliver_step("deliver_messages", sql::deliver_messages), close_step(),
                                  deliver_step("deliver_externals", sql::deliver_externals)};
    RetryLoop patience{session_.patience()};
    while (true) {
        try {
            const std::vector<Rows> rows = session_.run("deliver_errands", steps);
            Delivered delivered;
            take_grants(delivered, rows[0], rows[1]);
            take_messages(delivered, rows[2]);
            take_children(delivered, rows[3]);
            take_messages(delivered, rows[4]);
            return delivered;
        } catch (const ConnectionLost& lost) {
            patience.again(
                lost.what());  // what has been done is gone from the table: sent again it is not done twice
        } catch (const DatabaseError& error) {
            patience.again(session_, error);
        }
    }
}

Delivered HotConnection::deliver_errands() {
    return impl_->deliver_errands();
}

}  // namespace durable::store
