#include "tests/simulation/simulation.hpp"

#include <fmt/format.h>

#include <memory>
#include <thread>

#include "engine/store/check.hpp"
#include "engine/store/id_source.hpp"
#include "engine/store/runs.hpp"
#include "tests/simulation/database_clock.hpp"
#include "tests/simulation/parked_connections.hpp"
#include "tests/simulation/sim_worker.hpp"
#include "tests/support/claims_log.hpp"

namespace simulation {
namespace {

using namespace durable;
using Clock = std::chrono::steady_clock;
using Step = SimWorker::Step;

constexpr std::chrono::seconds fault_phase{20};
constexpr std::chrono::minutes patience{10};
/// After an activity's worker has died again and again, and until somebody walks through what may be stuck.
constexpr std::chrono::seconds longest_wait{100};

/// Every other pair of seeds: faults that meet the mending of others, at the price of less work between them.
bool storms_in(std::uint64_t seed) {
    return (seed & 2U) != 0;
}

FaultRates draw_rates(Dice& dice, bool storms) {
    FaultRates rates;
    const auto maybe = [&](int rate) { return dice.one_in(2) ? rate : 0; };
    rates.refused = maybe(30'000);
    rates.answer_lost = maybe(60'000);
    rates.killed = maybe(4'000);
    rates.frozen = maybe(500);
    rates.vendor_fails = maybe(100'000);
    rates.vendor_mute = maybe(80'000);
    rates.repeated = maybe(200'000);
    rates.rolled_back = maybe(40'000);
    if (!storms) return rates;
    constexpr int in_a_storm = 4;
    for (int* rate : {&rates.refused, &rates.answer_lost, &rates.rolled_back, &rates.killed, &rates.frozen}) {
        *rate *= in_a_storm;
    }
    return rates;
}

std::uint64_t hashed(std::uint64_t hash, const std::string& text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;  // FNV-1a
    return hash;
}

/// For what programs book in transactions of their own.
void make_books(pqxx::connection& connection) {
    pqxx::work tx{connection};
    tx.exec("create table public.bookings (activity text not null, amount integer not null)");
    tx.exec("grant select, insert on public.bookings to public");
    tx.commit();
}

/// Starts what the workload starts, and sends its notes, until each is acknowledged.
class Client {
  public:
    Client(const std::string& url, const Workload& workload, VirtualTime& time, Faults& faults, Dice dice)
        : connection_(url),
          time_(time),
          faults_(faults),
          ids_([&time] { return time.bits(); }, [&time] { return time.now(); }) {
        for (const Workload::Root& root : workload.roots) {
            jobs_.push_back({root, std::chrono::milliseconds{root.start_after}});
        }
        dice_ = dice;
    }

    void add_steps(std::vector<Step>& steps) {
        for (Job& job : jobs_) {
            if (job.over() || job.next > time_.elapsed()) continue;
            steps.emplace_back([this, &job] { return act(job); });
        }
    }
    [[nodiscard]] std::chrono::nanoseconds next_step_at() const {
        auto next = std::chrono::nanoseconds::max();
        for (const Job& job : jobs_) {
            if (!job.over()) next = std::min(next, job.next);
        }
        return next;
    }
    [[nodiscard]] bool idle() const {
        return std::ranges::all_of(jobs_, [](const Job& job) { return job.over(); });
    }

  private:
    struct Job {
        Workload::Root root;
        std::chrono::nanoseconds next;
        std::optional<RunId> run{};
        bool started = false;
        int sent = 0;
        [[nodiscard]] bool over() const { return started && sent >= root.outside_notes; }
    };

    std::string act(Job& job) {
        job.next = time_.elapsed() + std::chrono::milliseconds{dice_.between(1, 1500)};
        return job.started ? send(job) : start(job);
    }

    std::string start(Job& job) {
        store::StartRequest request;
        request.workflow = WorkflowId{job.root.workflow};
        request.type = std::string{interpret.name};
        request.input = encode(Progress{.rest = job.root.program});
        // The same request until it is acknowledged.
        if (!job.run) job.run = ids_.run_id();
        request.run = *job.run;
        request.request_id = "start " + job.root.workflow;
        pqxx::work tx{connection_};
        const auto results = store::start(tx, {&request, 1});
        tx.commit();
        const int outcome = static_cast<int>(results.front().outcome);
        if (faults_.strikes(faults_.rates().repeated, "start repeated")) {
            return fmt::format("client starts {}: {}, unheard", job.root.workflow, outcome);
        }
        job.started = true;
        return fmt::format("client starts {}: {}", job.root.workflow, outcome);
    }

    std::string send(Job& job) {
        const Note message{"outside", job.sent + 1};
        store::RunRef to;
        to.workflow = WorkflowId{job.root.workflow};
        pqxx::nontransaction tx{connection_};
        const auto request_id = fmt::format("note {} to {}", message.number, job.root.workflow);
        const history::SignalReceived signal{std::string{note.name}, encode(message), request_id};
        const auto sent = store::send(tx, to, signal, request_id);
        const int outcome = static_cast<int>(sent.result);
        if (faults_.strikes(faults_.rates().repeated, "note repeated")) {
            return fmt::format("client notes {} {}: {}, unheard", job.root.workflow, message.number, outcome);
        }
        ++job.sent;
        return fmt::format("client notes {} {}: {}", job.root.workflow, message.number, outcome);
    }

    pqxx::connection connection_;
    VirtualTime& time_;
    Faults& faults_;
    store::IdSource ids_;
    Dice dice_{0};
    std::vector<Job> jobs_;
};

/// Until it has been up for one lease nobody takes an absent worker for dead, and seeds would differ by that.
void wait_for_server() {
    static bool waited = false;
    if (std::exchange(waited, true)) return;
    const ::test::Database database;
    static_cast<void>(
        database.value(fmt::format("select pg_sleep(greatest(0, {} - extract(epoch from clock_timestamp() - "
                                   "pg_postmaster_start_time())))",
                                   std::chrono::duration<double>{SimWorker::lease}.count() + 0.5)));
}

class Simulation {
  public:
    Simulation(std::uint64_t seed, const Options& options)
        : options_(options),
          dice_(seed),
          workload_(draw_workload(dice_.split())),
          rates_(draw_rates(dice_, storms_in(seed))),
          tampering_(options_.sabotage.rewrite),
          time_(dice_.bits()),
          clock_(database_, time_),
          faults_(dice_.split(), rates_),
          world_(dice_.split(), time_, faults_, options_.sabotage),
          activities_(world_.activities()),
          client_(database_.url(), workload_, time_, faults_, dice_.split()) {
        outcome_.seed = seed;
        ::test::install_claims_log(owner_);
        make_books(owner_);
        if (options.chances) faults_.only(*options.chances);
        if (!options.sabotage.schema_change.empty()) database_.execute(options.sabotage.schema_change);
    }

    Outcome run() {
        const int crew = dice_.between(2, 4);
        for (int i = 0; i < crew; ++i) hire(i);
        while (!over()) step();
        finish();
        return std::move(outcome_);
    }

  private:
    /// A worker's place: it is worked at, frozen, or empty until somebody new comes.
    struct Place {
        std::unique_ptr<SimWorker> worker{};
        std::chrono::nanoseconds away_until{0};
        int generation = 0;
    };

    void hire(int place) {
        if (static_cast<int>(places_.size()) <= place) places_.resize(static_cast<std::size_t>(place) + 1);
        Place& at = places_[static_cast<std::size_t>(place)];
        at.worker = std::make_unique<SimWorker>(
            fmt::format("w{}.{}", place, ++at.generation),
            SimWorker::Surroundings{database_.url(), workflows_, activities_, faults_, options_.sabotage},
            dice_.split());
    }

    /// The process is gone; its session goes a moment later, which the others must not notice too early or too late.
    void kill(Place& place) {
        const int number = place.worker->number().value;
        outcome_.boundaries += place.worker->boundaries();
        place.worker.reset();
        place.away_until = time_.elapsed() + std::chrono::milliseconds{dice_.between(1, 6000)};
        const auto lock = fmt::format(
            "select 1 from pg_locks where locktype = 'advisory' and objid = {} and "
            "database = (select oid from pg_database where datname = current_database())",
            number);
        pqxx::nontransaction tx{owner_};
        while (!tx.exec(lock).empty()) std::this_thread::yield();
    }

    void note(const std::string& actor, const std::string& what) {
        ++outcome_.steps;
        const auto at = std::chrono::duration_cast<std::chrono::microseconds>(time_.elapsed()).count();
        const std::string line = fmt::format("{:>12} {} {}", at, actor, what);
        outcome_.trace_hash = hashed(outcome_.trace_hash, line);
        if (options_.trace) outcome_.trace.push_back(line);
    }

    void step() {
        if (time_.elapsed() > fault_phase) faults_.cease();
        world_.settle();
        return_to_work();
        std::vector<std::pair<std::string, Step>> possible;
        for (std::size_t i = 0; i < places_.size(); ++i) {
            Place& place = places_[i];
            if (!place.worker || time_.elapsed() < place.away_until) continue;
            if (strike(place)) return;
            std::vector<Step> steps;
            place.worker->add_steps(steps);
            for (Step& each : steps) possible.emplace_back(place.worker->name(), std::move(each));
        }
        std::vector<Step> steps;
        client_.add_steps(steps);
        for (Step& each : steps) possible.emplace_back("-", std::move(each));
        if (possible.empty()) return let_time_pass();
        const auto& [actor, next] = dice_.one_of(possible);
        note(actor, next());
        // Doing something takes time.
        time_.pass(std::chrono::microseconds{dice_.between(50, 3000)});
    }

    bool strike(Place& place) {
        if (faults_.strikes(rates_.killed, "killed")) {
            note(place.worker->name(), "is killed");
            kill(place);
            return true;
        }
        // At the worst moment: with something on its way that others will have done when it wakes.
        constexpr int worst = 20;
        const int share = place.worker->has_something_under_way() ? worst : 1;
        if (faults_.strikes(rates_.frozen * share, "frozen")) {
            note(place.worker->name(), "is frozen");
            place.away_until = time_.elapsed() + std::chrono::milliseconds{dice_.between(500, 9000)};
            return true;
        }
        return false;
    }

    void return_to_work() {
        for (std::size_t i = 0; i < places_.size(); ++i) {
            if (!places_[i].worker && time_.elapsed() >= places_[i].away_until) hire(static_cast<int>(i));
        }
    }

    void let_time_pass() {
        auto next = time_.elapsed() + std::chrono::milliseconds{250};
        for (const Place& place : places_) {
            if (!place.worker || time_.elapsed() < place.away_until) {
                next = std::min(next, place.away_until);
            } else {
                const auto in = place.worker->next_step_at() - Clock::now();
                next = std::min(next,
                                time_.elapsed() + std::chrono::duration_cast<std::chrono::nanoseconds>(in));
            }
        }
        next = std::min(next, client_.next_step_at());
        time_.pass(
            std::max(next - time_.elapsed(), std::chrono::nanoseconds{std::chrono::microseconds{100}}));
    }

    bool over() {
        if (time_.elapsed() > fault_phase + patience || is_stuck()) return true;
        if (outcome_.steps % 20 != 0 || !client_.idle()) return false;
        if (!faults_.over() && time_.elapsed() < fault_phase / 2) return false;
        pqxx::nontransaction tx{owner_};
        return tx.exec("select 1 from engine.live_runs limit 1").empty() &&
               tx.exec("select 1 from engine.errands limit 1").empty();
    }

    /// Nothing has changed for longer than anything waits.
    bool is_stuck() {
        if (!faults_.over() || outcome_.steps % 50 != 0) return false;
        pqxx::nontransaction tx{owner_};
        const auto state = tx.exec(
            "select count(*), sum(activations), sum(inbox_tail), "
            "(select sum(attempt + lost_attempts + epoch) from engine.activities), "
            "(select count(*) from engine.closed_runs) from engine.live_runs");
        std::string seen;
        for (const auto& field : state[0]) seen += std::string{field.c_str()} + "/";
        if (seen != last_seen_) changed_at_ = time_.elapsed();
        last_seen_ = seen;
        return time_.elapsed() - changed_at_ > longest_wait;
    }

    void violated(std::string what) { outcome_.violations.push_back(std::move(what)); }

    void finish() {
        for (Place& place : places_) {
            if (place.worker) outcome_.boundaries += place.worker->boundaries();
        }
        // Late answers are over, and what is on its way has arrived.
        time_.pass(std::chrono::hours{2});
        world_.settle();
        places_.clear();
        check_runs();
        check_effects();
        for (const store::CheckLine& line : store::check(owner_)) {
            if (line.violated == 0) continue;
            violated(fmt::format("{}: {} ({} times; {})", line.id, line.sentence, line.violated,
                                 line.examples.empty() ? "" : line.examples.front()));
        }
        for (const std::string& problem : ::test::claims_seen(owner_).problems) violated(problem);
        outcome_.struck = faults_.struck();
        outcome_.faults = faults_.counts();
        outcome_.virtual_time = time_.elapsed();
    }

    void check_runs() {
        pqxx::nontransaction tx{owner_};
        for (const auto& [workflow, expected] : workload_.expected) {
            store::RunRef reference;
            reference.workflow = WorkflowId{workflow};
            const auto run = store::resolve(tx, reference);
            if (!run) {
                violated(workflow + " was never started");
                continue;
            }
            ++outcome_.runs;
            const auto closed = store::closed(tx, *run);
            if (!closed || closed->status == replay::RunStatus::running) {
                violated(workflow + " is stuck: " + state_of(tx, *run));
            } else {
                check_result(workflow, *closed, expected);
            }
        }
    }

    /// What the rows say of an open run.
    static std::string state_of(pqxx::transaction_base& tx, RunId run) {
        std::string state;
        for (const std::string table : {"live_runs", "activities", "inbox", "blocked"}) {
            const std::string column = table == "inbox" ? "chain_id" : "run_id";
            for (const auto& row : tx.exec_params(
                     fmt::format("select left(to_jsonb(t)::text, 900) from engine.{} t where {} = $1", table,
                                 column),
                     run.value.to_string())) {
                state += fmt::format("\n      {}: {}", table, row[0].as<std::string>());
            }
        }
        return state;
    }

    void check_result(const std::string& workflow, const store::Closed& closed, const Expected& expected) {
        const auto last = history::decode_activation(closed.last->first_event, closed.last->bytes);
        const auto* completed = std::get_if<history::WorkflowCompleted>(&last.commands.back());
        if (completed == nullptr) return violated(workflow + " has not completed");
        const auto progress = decode<Progress>(completed->result);
        if (progress.sum != expected.sum) {
            violated(fmt::format("{} came to {} instead of {}", workflow, progress.sum, expected.sum));
        }
        if (progress.notes != expected.notes) {
            violated(
                fmt::format("{} received {} notes instead of {}", workflow, progress.notes, expected.notes));
        }
        if (!progress.in_order) violated(workflow + " received notes out of order");
        sends_known_ += progress.sent;
    }

    void check_effects() {
        for (const auto& [account, sum] : workload_.accounts) {
            const auto found = world_.accounts().find(account);
            const int there = found == world_.accounts().end() ? 0 : found->second;
            if (there != sum) violated(fmt::format("{} has {} instead of {}", account, there, sum));
        }
        if (world_.contradictions() > 0) violated("a vendor was asked different things with one key");
        int sends = 0;
        for (const auto& [activity, times] : world_.sends()) {
            sends += times;
            if (times > 1) violated(fmt::format("the send {} happened {} times", activity, times));
        }
        if (sends < sends_known_) violated("a send counts as done and has not happened");
        pqxx::nontransaction tx{owner_};
        const auto booked = tx.exec(
            "select coalesce(sum(amount), 0), count(*) - count(distinct activity) from public.bookings");
        if (booked[0][0].as<int>() != workload_.booked) {
            violated(fmt::format("{} booked instead of {}", booked[0][0].as<int>(), workload_.booked));
        }
        if (booked[0][1].as<int>() != 0) violated("a booking was made twice");
    }

    const Options& options_;
    Outcome outcome_;
    Dice dice_;
    Workload workload_;
    FaultRates rates_;
    ::test::Database database_;
    ParkedConnections parked_;
    Tampering tampering_;
    VirtualTime time_;
    DatabaseClock clock_;
    pqxx::connection owner_{database_.owner_url()};
    Faults faults_;
    WorkflowRegistry workflows_ = program_workflows();
    World world_;
    worker::ActivityRegistry activities_;
    Client client_;
    std::vector<Place> places_;
    int sends_known_ = 0;
    std::string last_seen_;
    std::chrono::nanoseconds changed_at_{0};
};

}  // namespace

Outcome simulate(std::uint64_t seed, const Options& options) {
    wait_for_server();
    return Simulation{seed, options}.run();
}

Outcome shrink(const Outcome& failed, Options options) {
    Outcome smallest = failed;
    std::size_t part = (failed.struck.size() + 1) / 2;
    while (part >= 1 && !smallest.struck.empty()) {
        bool smaller = false;
        for (std::size_t from = 0; from < smallest.struck.size(); from += part) {
            std::set<int> rest{smallest.struck.begin(), smallest.struck.end()};
            for (std::size_t i = from; i < std::min(from + part, smallest.struck.size()); ++i) {
                rest.erase(smallest.struck[i]);
            }
            options.chances = rest;
            Outcome tried = simulate(failed.seed, options);
            if (tried.violations.empty() || tried.struck.size() >= smallest.struck.size()) continue;
            smallest = std::move(tried);
            smaller = true;
            break;
        }
        if (!smaller) part /= 2;
    }
    return smallest;
}

std::string report(const Outcome& outcome) {
    std::string text = fmt::format(
        "seed {}: {} steps, {} boundaries, {} runs, {} s of virtual time, trace {:016x}\n", outcome.seed,
        outcome.steps, outcome.boundaries, outcome.runs,
        std::chrono::duration_cast<std::chrono::seconds>(outcome.virtual_time).count(), outcome.trace_hash);
    for (const auto& [fault, times] : outcome.faults) text += fmt::format("  fault: {} x {}\n", fault, times);
    for (const std::string& violation : outcome.violations) text += "  VIOLATED: " + violation + "\n";
    constexpr std::size_t lines_shown = 300;
    const std::size_t left_out = outcome.trace.size() > lines_shown ? outcome.trace.size() - lines_shown : 0;
    if (left_out > 0) text += fmt::format("  ... {} steps before:\n", left_out);
    for (std::size_t i = left_out; i < outcome.trace.size(); ++i) text += "  " + outcome.trace[i] + "\n";
    return text;
}

}  // namespace simulation
