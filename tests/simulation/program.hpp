#pragma once
// Random programs with a known answer. A program is what a workflow of the one type `interpret` is started with; drawn
// from a seed together with what it must come to, whatever breaks on the way.

#include <boost/describe.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/workflow/registry.hpp"
#include "engine/workflow/workflow.hpp"
#include "tests/simulation/dice.hpp"

namespace simulation {

enum class CommandKind : std::uint8_t {
    add,       ///< a keyed vendor adds `amount` to its account `name`; the first `failures` tries fail
    add_here,  ///< the same as a local activity
    add_few,   ///< the same under a limit of two at once
    book,      ///< a transactional activity inserts one row of `amount`
    send,      ///< a vendor without keys, at most once: done, or unknown
    sleep,     ///< `amount` milliseconds
    receive,   ///< `amount` notes
    tell,      ///< sends one note to the workflow `name`
    child,     ///< `branches[0]` as a child `name`, and waits for it
    leave,     ///< `branches[0]` as a child `name` that goes on alone
    all,       ///< all branches at once
    guarded,   ///< `branches[0]` while it holds the one unit of the semaphore `name`
    go_on,     ///< continues as new with the rest
};
BOOST_DESCRIBE_ENUM(CommandKind, add, add_here, add_few, book, send, sleep, receive, tell, child, leave, all,
                    guarded, go_on)

/// One thing to do.
struct Command {
    CommandKind kind = CommandKind::sleep;
    std::string name{};
    int amount = 0;
    int failures = 0;
    std::vector<std::vector<Command>> branches{};
};
BOOST_DESCRIBE_STRUCT(Command, (), (kind, name, amount, failures, branches))

/// What a run of `interpret` knows when it begins; what its chain hands on.
struct Progress {
    std::vector<Command> rest{};
    int sum = 0;    ///< of all adds and bookings, and of awaited children
    int sent = 0;   ///< sends that are known to have happened
    int notes = 0;  ///< received
    bool in_order = true;
    std::map<std::string, int> newest{};  ///< number of the last note, by sender
};
BOOST_DESCRIBE_STRUCT(Progress, (), (rest, sum, sent, notes, in_order, newest))

struct Note {
    std::string sender;
    int number = 0;  ///< of this sender to this receiver, from 1
};
BOOST_DESCRIBE_STRUCT(Note, (), (sender, number))

inline constexpr durable::WorkflowType<Progress, Progress> interpret{"interpret"};
inline constexpr durable::Signal<Note> note{"note"};

/// What vendors are asked.
struct Order {
    std::string account;
    int amount = 0;
    int failures = 0;
};
BOOST_DESCRIBE_STRUCT(Order, (), (account, amount, failures))

using namespace std::chrono_literals;
inline constexpr durable::Activity<Order, int> add{
    "add", {.start_to_close = 4s, .initial_interval = 100ms, .maximum_interval = 2s}};
inline constexpr durable::Activity<Order, int> book{
    "book", {.start_to_close = 4s, .initial_interval = 100ms, .maximum_interval = 2s}};
inline constexpr durable::Activity<Order, int> send{"send",
                                                    {.schedule_to_close = 10min,
                                                     .start_to_close = 4s,
                                                     .initial_interval = 100ms,
                                                     .maximum_interval = 2s,
                                                     .delivery = durable::Delivery::at_most_once}};

[[nodiscard]] durable::WorkflowRegistry program_workflows();

/// What must be so in the end.
struct Expected {
    int sum = 0;
    int notes = 0;
    int sends = 0;
};

/// All that happens in one simulation.
struct Workload {
    struct Root {
        std::string workflow;
        std::vector<Command> program;
        int start_after = 0;  ///< milliseconds
        int outside_notes = 0;
    };
    std::vector<Root> roots;
    std::map<std::string, Expected> expected;  ///< by workflow id, children's too
    std::map<std::string, int> accounts;       ///< of the keyed vendor
    int booked = 0;
};

[[nodiscard]] Workload draw_workload(Dice dice);

}  // namespace simulation
