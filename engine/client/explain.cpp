#include "engine/client/explain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/client/human_time.hpp"
#include "engine/client/replayed.hpp"
#include "engine/replay/open_work.hpp"

namespace durable::client {
namespace {

std::string at_source(const std::string& source) {
    return source.empty() ? "" : " (" + source + ")";
}

/// Looks for the cause from the outside in: first what keeps the run's code from running at all, then what
/// the code itself waits for.
class Explanation {
  public:
    Explanation(const WorkflowRegistry& registry, const Facts& facts)
        : registry_(registry), facts_(facts), info_(facts.info), now_(facts.info.now) {}

    Why find() {
        const bool found = closed() || paused() || blocked() || owner_gone() || no_build() || not_claimed() ||
                           message() || start_delayed();
        if (!found) ask_the_code();
        return std::move(why_);
    }

  private:
    bool answer(std::string kind, std::string cause) {
        why_.kind = std::move(kind);
        why_.cause = std::move(cause);
        return true;
    }
    void also(std::string sentence) { why_.chain.push_back(std::move(sentence)); }

    [[nodiscard]] const store::LiveWorker* live(const std::string& name) const {
        const auto found = std::ranges::find(facts_.workers, name, &store::LiveWorker::name);
        return found == facts_.workers.end() ? nullptr : &*found;
    }
    [[nodiscard]] bool served(const std::string& queue) const {
        return std::ranges::find(facts_.workers, queue, &store::LiveWorker::queue) != facts_.workers.end();
    }
    bool nobody_serves(const std::string& queue, const std::string& what) {
        also(fmt::format("start one: callflex worker --queue {}", queue));
        return answer("no_worker",
                      fmt::format("no worker with a live lease serves queue {}, and {}", queue, what));
    }

    // --- what keeps the code from running ------------------------------------------------------------------

    bool closed() {
        if (info_.status == replay::RunStatus::running) return false;
        const auto when = info_.closed_at ? " " + due_time(*info_.closed_at, now_) : std::string{};
        if (info_.continued_as) {
            also("ask for the newest run of its chain, " + info_.continued_as->value.to_string());
            const bool as_new = info_.status == replay::RunStatus::continued_as_new;
            return answer(
                "closed",
                (as_new ? std::string{"it waits for nothing: it has continued as a new run"}
                        : fmt::format("it waits for nothing: it ended as {}, and another run goes on",
                                      replay::to_string(info_.status))) +
                    when);
        }
        return answer(
            "closed",
            fmt::format("it waits for nothing: the run ended as {}", replay::to_string(info_.status)) + when);
    }

    bool paused() {
        if (!info_.paused) return false;
        const auto& pause = *info_.paused;
        if (!pause.reason.empty()) also("the reason given: " + pause.reason);
        if (pause.held) also("its worker still waits for attempts that it runs itself");
        if (info_.inbox_waiting > 0) also(fmt::format("{} messages wait for it", info_.inbox_waiting));
        also(fmt::format("let it go on: callflex workflow unpause {}", info_.workflow.value));
        return answer("paused",
                      fmt::format("it was paused by {} {}", pause.identity, due_time(pause.since, now_)));
    }

    bool blocked() {
        if (!info_.blocked) return false;
        const auto& block = *info_.blocked;
        also(fmt::format("blocked since {}, failed {} {} in build {}", due_time(block.since, now_),
                         block.failures, block.failures == 1 ? "time" : "times", block.build));
        if (info_.wake_at) also("tried again " + due_time(*info_.wake_at, now_));
        also("it goes on by itself once a build whose code answers as recorded is deployed");
        if (!served(info_.queue)) also("no worker with a live lease serves queue " + info_.queue);
        if (build_is_missing()) also(missing_build());
        return answer("blocked", fmt::format("blocked ({}): {}", block.kind, block.reason));
    }

    [[nodiscard]] bool build_is_missing() const {
        if (info_.owner || !info_.for_build || !served(info_.queue)) return false;
        return std::ranges::none_of(facts_.workers, [this](const store::LiveWorker& worker) {
            return worker.queue == info_.queue && worker.build == *info_.for_build;
        });
    }
    [[nodiscard]] std::string missing_build() const {
        return fmt::format("{} build {}, and no live worker of queue {} has it",
                           info_.pinned ? "pinned to" : "routed to", *info_.for_build, info_.queue);
    }

    /// Workers there are, but none that may take it.
    bool no_build() {
        if (!build_is_missing()) return false;
        const bool ready = info_.inbox_waiting > 0 || (info_.wake_at && *info_.wake_at <= now_);
        if (!ready) {
            also(missing_build());
            return false;
        }
        also("start one of that build, or give the run to another one: callflex workflow move");
        return answer("no_worker", missing_build());
    }

    bool owner_gone() {
        if (!info_.owner || live(*info_.owner) != nullptr) return false;
        if (!served(info_.queue)) {
            return nobody_serves(info_.queue, fmt::format("its last worker {} is gone", *info_.owner));
        }
        return answer("worker_gone",
                      fmt::format("its worker {} is gone; another one takes over", *info_.owner));
    }

    bool not_claimed() {
        if (info_.owner) return false;
        const bool due = info_.wake_at && *info_.wake_at <= now_;
        const bool ready = due || info_.inbox_waiting > 0;
        if (!ready) return false;
        const auto what = info_.inbox_waiting > 0
                              ? fmt::format("{} {} for it", info_.inbox_waiting,
                                            info_.inbox_waiting == 1 ? "message waits" : "messages wait")
                              : std::string{"it is ready to run"};
        const auto since = due ? ", ready since " + due_time(*info_.wake_at, now_) : std::string{};
        if (facts_.queue_pause) return queue_paused(what + since);
        if (!served(info_.queue)) return nobody_serves(info_.queue, what + since);
        return answer("not_claimed", fmt::format("a worker of queue {} has not claimed it yet: {}{}",
                                                 info_.queue, what, since));
    }

    bool queue_paused(const std::string& what) {
        const store::QueuePause& pause = *facts_.queue_pause;
        if (!pause.reason.empty()) also("why: " + pause.reason);
        also("let it go on: callflex queue unpause " + info_.queue);
        return answer("queue_paused", fmt::format("its queue {} is paused by {}, {}; {}", info_.queue,
                                                  pause.identity, due_time(pause.since, now_), what));
    }

    bool message() {
        if (!info_.owner || info_.inbox_waiting == 0) return false;
        return answer("message",
                      fmt::format("worker {} is about to take {} waiting {}", *info_.owner,
                                  info_.inbox_waiting, info_.inbox_waiting == 1 ? "message" : "messages"));
    }

    bool start_delayed() {
        if (info_.activations > 1 || !info_.wake_at || *info_.wake_at <= now_) return false;
        const int attempt = info_.lifecycle.attempt;
        if (attempt > 1) {
            return answer("workflow_retrying", fmt::format("an earlier run has failed: attempt {} begins {}",
                                                           attempt, due_time(*info_.wake_at, now_)));
        }
        return answer("start_delayed", "its start is delayed: due " + due_time(*info_.wake_at, now_));
    }

    // --- what the code waits for ---------------------------------------------------------------------------

    void ask_the_code() {
        const Replayed replayed = replay_here(registry_, info_.run, facts_.history);
        const replay::OpenWork open = replay::open_work(facts_.history);
        if (replayed.blocked) {
            without_code(replayed, open);
            return;
        }
        const std::string root = without_anonymous(replayed.execution.waits_for());
        for (const auto& frame : replayed.execution.stack()) {
            also(without_anonymous(fmt::format("{} at {}:{} waits for {}", frame.coroutine, frame.file,
                                               frame.line, frame.waits_for)));
        }
        if (root.find(" of semaphore ") != std::string::npos) {
            semaphore(root);
        } else if (root.starts_with("signal")) {
            answer("signal", "it waits for " + root);
        } else if (root.starts_with("child")) {
            child(root);
        } else if (root.starts_with("condition")) {
            answer("condition", "it waits for the " + root);
        } else if (!open.activities.empty() && !root.starts_with("timer")) {
            activity(named_in(root, open));
        } else if (!open.timers.empty()) {
            timer(open.timers.front());
            return;
        } else {
            answer(info_.owner ? "running" : "condition",
                   "it waits for " + (root.empty() ? "nothing that history shows" : root));
        }
        if (!open.timers.empty()) also("next timer: " + timer_text(open.timers.front()));
    }

    /// This build cannot say where the code stands; history still says what is open.
    void without_code(const Replayed& replayed, const replay::OpenWork& open) {
        also(fmt::format("this build cannot replay it ({}); where its code stands needs build {}",
                         replayed.blocked->reason, replayed.newest_build));
        if (!open.activities.empty()) {
            activity(open.activities.front());
        } else if (!open.timers.empty()) {
            timer(open.timers.front());
        } else {
            answer("needs_build",
                   fmt::format("it waits for a message or a condition; which one, build {} can say",
                               replayed.newest_build));
        }
    }

    /// Who holds what it waits for.
    void semaphore(const std::string& root) {
        for (const store::UnitsInfo& wanted : facts_.units) {
            if (wanted.granted_at ||
                root.find(fmt::format("event {})", wanted.request.value)) == std::string::npos)
                continue;
            also("waiting since " + due_time(wanted.requested_at, now_));
            also(fmt::format("see who is before it: callflex semaphore describe {}", wanted.resource));
            answer("semaphore", fmt::format("it waits for {}: {}", root, holders(wanted.resource)));
            return;
        }
        answer("semaphore", "it waits for " + root + ", which is about to be granted");
    }

    [[nodiscard]] std::string holders(const std::string& resource) const {
        const auto found = std::ranges::find(facts_.semaphores, resource, &Facts::Semaphore::resource);
        if (found == facts_.semaphores.end()) return "nobody knows it";
        std::string text = fmt::format("{} of {} units are held", found->held, found->capacity);
        for (std::size_t i = 0; i < found->holders.size(); ++i)
            text += (i == 0 ? ", by " : ", ") + found->holders[i];
        return text;
    }

    void child(const std::string& root) {
        for (const auto& open : info_.children) {
            if (root.find(fmt::format("event {})", open.initiated.value)) == std::string::npos) continue;
            also(fmt::format("ask why that one waits: callflex workflow why {}", open.workflow.value));
            answer("child",
                   fmt::format("it waits for its child workflow {}, which is open", open.workflow.value));
            return;
        }
        answer("child", "it waits for " + root);
    }

    /// The activity that the phrase names ("activity send_sms (event 12)"), else the oldest.
    static const replay::OpenActivity& named_in(const std::string& phrase, const replay::OpenWork& open) {
        for (const auto& activity : open.activities) {
            if (phrase.find(fmt::format("event {})", activity.scheduled.value)) != std::string::npos)
                return activity;
        }
        return open.activities.front();
    }

    void activity(const replay::OpenActivity& open) {
        const auto name = fmt::format("activity {} (event {})", open.command->type, open.scheduled.value);
        also(name + " was scheduled " + due_time(open.scheduled_at, now_) + at_source(open.command->source));
        const auto row =
            std::ranges::find(info_.activities, open.scheduled, &store::PendingActivityInfo::activity);
        if (row != info_.activities.end()) {
            activity_row(name, *row, open.command->options.limit);
        } else if (info_.owner) {
            tell_order(open.scheduled);
            answer("activity_running", fmt::format("{} runs on worker {} since {}", name, *info_.owner,
                                                   due_time(open.scheduled_at, now_)));
        } else {
            answer("not_claimed",
                   fmt::format("{} has no result, and no worker holds the run: the next one that claims "
                               "it tries again",
                               name));
        }
    }

    void activity_row(const std::string& name, const store::PendingActivityInfo& row,
                      const std::optional<ActivityLimit>& limit) {
        if (row.lost_attempts > 0)
            also(fmt::format("{} attempts were lost with their workers", row.lost_attempts));
        if (row.last_failure) also("last failure: " + row.last_failure->to_string());
        if (row.worker) {
            if (row.paused_at)
                also("it is paused by " + row.paused_by + ": no other attempt follows this one");
            answer("activity_running",
                   fmt::format("{} attempt {} runs on worker {}", name, row.attempt, *row.worker));
            return;
        }
        if (held(name, row)) return;
        if (row.available_at && *row.available_at > now_) {
            const auto after =
                row.last_failure ? " after failure: " + row.last_failure->to_string() : std::string{};
            answer("activity_retrying", fmt::format("{} attempt {} is due {}{}", name, row.attempt,
                                                    due_time(*row.available_at, now_), after));
            return;
        }
        const std::string& queue = queue_of(row.activity);
        if (facts_.queue_pause && queue == info_.queue) {
            queue_paused(name + " waits");
            return;
        }
        if (!served(queue)) {
            nobody_serves(queue, name + " waits for one");
            return;
        }
        const auto turn = limit
                              ? fmt::format("its turn under limit key {} (see queue limits), or ", limit->key)
                              : std::string{};
        answer("activity_waiting",
               fmt::format("{} attempt {} waits for {}a free slot of a worker of queue {}", name, row.attempt,
                           turn, queue));
    }

    void tell_order(EventId activity) {
        const auto order = std::ranges::find(info_.orders, activity, &store::WaitingOrder::activity);
        if (order == info_.orders.end()) return;
        if (!order->paused_by.empty())
            also("it is paused by " + order->paused_by + ": no other attempt follows this one");
        if (order->restart)
            also("an operator has reset it: if this attempt does not succeed, it begins anew");
        if (order->changed)
            also("an operator has changed it: the attempts to come have other input or options");
    }

    /// Nobody will pick it up.
    bool held(const std::string& name, const store::PendingActivityInfo& row) {
        if (row.state == "awaiting") {
            also("whoever has its token completes it; an operator can: callflex activity complete, or reset");
            return answer(
                "activity_awaited",
                fmt::format("{} attempt {} was handed out and waits for its completion from outside", name,
                            row.attempt));
        }
        if (row.state != "paused") return false;
        if (!row.pause_reason.empty()) also("why: " + row.pause_reason);
        also(fmt::format("let it go on: callflex activity unpause {} {}", info_.run.value.to_string(),
                         row.activity.value));
        return answer("activity_paused", fmt::format("{} is paused by {}, {}", name, row.paused_by,
                                                     due_time(*row.paused_at, now_)));
    }

    [[nodiscard]] const std::string& queue_of(EventId activity) const {
        for (const auto& activation : facts_.history) {
            const auto index = activity.value - activation.first_event.value -
                               static_cast<std::int32_t>(activation.arrived.size());
            if (index < 0 || index >= static_cast<std::int32_t>(activation.commands.size())) continue;
            const auto& event = activation.commands[static_cast<std::size_t>(index)];
            const auto* scheduled = std::get_if<history::ActivityScheduled>(&event);
            if (scheduled != nullptr && !scheduled->options.queue.empty()) return scheduled->options.queue;
        }
        return info_.queue;
    }

    [[nodiscard]] std::string timer_text(const replay::OpenTimer& timer) const {
        return fmt::format("due {}, event {}{}", due_time(timer.command->due, now_), timer.started.value,
                           at_source(timer.command->source));
    }
    void timer(const replay::OpenTimer& open) {
        if (!served(info_.queue)) also("no worker with a live lease serves queue " + info_.queue + " now");
        answer("timer", "it sleeps until its timer is " + timer_text(open));
    }

    const WorkflowRegistry& registry_;
    const Facts& facts_;
    const store::RunInfo& info_;
    const Timestamp now_;
    Why why_;
};

}  // namespace

Why explain(const WorkflowRegistry& registry, const Facts& facts) {
    return Explanation{registry, facts}.find();
}

}  // namespace durable::client
