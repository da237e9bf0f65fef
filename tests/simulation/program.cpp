#include "tests/simulation/program.hpp"

#include <memory>

namespace simulation {
namespace {

using durable::Task;
using durable::Workflow;
using Kind = CommandKind;

/// Of one run, shared by its branches.
using ProgressPtr = std::shared_ptr<Progress>;

Task<void> run_all(Workflow& wf, std::vector<Command> commands, ProgressPtr progress);

Task<void> receive_notes(Workflow& wf, int count, ProgressPtr progress) {
    const auto notes = wf.signals(note);
    for (int i = 0; i < count; ++i) {
        const Note received = co_await notes.receive();
        int& newest = progress->newest[received.sender];
        progress->in_order = progress->in_order && received.number == newest + 1;
        newest = received.number;
        ++progress->notes;
    }
}

/// The receiver may not have been started yet.
Task<void> tell(Workflow& wf, std::string receiver, int number) {
    while (true) {
        const Note message{wf.info().workflow.value, number};
        const auto told =
            co_await wf.attempt(wf.signal_workflow(durable::WorkflowId{receiver}, note, message));
        if (told.ok()) co_return;
        co_await wf.sleep(500ms);
    }
}

Task<void> run_child(Workflow& wf, Command command, ProgressPtr progress) {
    durable::ChildOptions options;
    options.workflow = durable::WorkflowId{command.name};
    options.parent_close = durable::ParentClosePolicy::abandon;
    if (command.kind == Kind::leave) {
        static_cast<void>(co_await wf.start_child(interpret, {.rest = command.branches[0]}, options));
        co_return;
    }
    const Progress result = co_await wf.child(interpret, {.rest = command.branches[0]}, options);
    progress->sum += result.sum;
    progress->in_order = progress->in_order && result.in_order;
}

Task<void> send_once(Workflow& wf, Command command, ProgressPtr progress) {
    const auto sent = co_await wf.attempt(send, {command.name, command.amount, command.failures});
    if (sent.ok()) ++progress->sent;
}

Task<void> add_some(Workflow& wf, Command command, ProgressPtr progress) {
    const Order order{command.name, command.amount, command.failures};
    auto options = add.options();
    switch (command.kind) {
        case Kind::add_here:
            progress->sum += co_await wf.local(add, order);
            co_return;
        case Kind::book:
            progress->sum += co_await wf.run(book, order);
            co_return;
        case Kind::add_few:
            options.limit = durable::ActivityLimit{.key = "few", .concurrency = 2};
            break;
        default:
            break;
    }
    progress->sum += co_await wf.run(add, order, options);
}

Task<void> run_guarded(Workflow& wf, Command command, ProgressPtr progress) {
    auto held = co_await wf.acquire(command.name);
    co_await run_all(wf, command.branches[0], progress);
    held.release();
}

Task<void> run_branches(Workflow& wf, Command command, ProgressPtr progress) {
    std::vector<Task<void>> branches;
    for (const auto& branch : command.branches) branches.push_back(run_all(wf, branch, progress));
    co_await wf.all(std::move(branches));
}

Task<void> run_one(Workflow& wf, Command command, ProgressPtr progress) {
    switch (command.kind) {
        case Kind::add:
        case Kind::add_here:
        case Kind::add_few:
        case Kind::book:
            co_await add_some(wf, command, progress);
            break;
        case Kind::send:
            co_await send_once(wf, command, progress);
            break;
        case Kind::sleep:
            co_await wf.sleep(std::chrono::milliseconds{command.amount});
            break;
        case Kind::receive:
            co_await receive_notes(wf, command.amount, progress);
            break;
        case Kind::tell:
            co_await tell(wf, command.name, command.amount);
            break;
        case Kind::child:
        case Kind::leave:
            co_await run_child(wf, command, progress);
            break;
        case Kind::all:
            co_await run_branches(wf, command, progress);
            break;
        case Kind::guarded:
            co_await run_guarded(wf, command, progress);
            break;
        case Kind::go_on:
            break;  // at the top only
    }
}

Task<void> run_all(Workflow& wf, std::vector<Command> commands, ProgressPtr progress) {
    for (const Command& command : commands) co_await run_one(wf, command, progress);
}

Task<Progress> run_interpret(Workflow& wf, Progress input) {
    const auto progress = std::make_shared<Progress>(input);
    for (std::size_t i = 0; i < input.rest.size(); ++i) {
        if (input.rest[i].kind != Kind::go_on) {
            co_await run_one(wf, input.rest[i], progress);
            continue;
        }
        const auto next = input.rest.begin() + static_cast<std::ptrdiff_t>(i) + 1;
        progress->rest.assign(next, input.rest.end());
        wf.continue_as_new(*progress);
    }
    progress->rest.clear();
    co_return *progress;
}

// --- drawing -----------------------------------------------------------------------------------------------

class Draw {
  public:
    explicit Draw(Dice dice) : dice_(dice) {}

    Workload workload() {
        const int roots = dice_.between(2, 5);
        for (int i = 0; i < roots; ++i) names_.push_back("root-" + std::to_string(i));
        // What is told comes first: receivers are drawn knowing how many notes they get.
        for (int i = 0; i < roots; ++i) draw_tells(i);
        for (int i = 0; i < roots; ++i) draw_root(i);
        return std::move(workload_);
    }

  private:
    /// To later roots only: nobody waits in a circle.
    void draw_tells(int from) {
        auto& tells = tells_.emplace_back();
        for (int to = from + 1; to < static_cast<int>(names_.size()); ++to) {
            const int count = dice_.one_in(3) ? dice_.between(1, 3) : 0;
            for (int n = 1; n <= count; ++n) {
                Command command{Kind::tell, names_[static_cast<std::size_t>(to)], n};
                tells.push_back(command);
            }
            waiting_[names_[static_cast<std::size_t>(to)]] += count;
        }
    }

    void draw_root(int index) {
        const std::string& name = names_[static_cast<std::size_t>(index)];
        Workload::Root root;
        root.workflow = name;
        root.start_after = dice_.between(0, 2000);
        root.outside_notes = dice_.one_in(2) ? dice_.between(1, 6) : 0;
        Expected& expected = workload_.expected[name];
        expected.notes = waiting_[name] + root.outside_notes;
        std::vector<Command> program = commands(name, dice_.between(2, 7), 2, true);
        // Notes one sender sends to one receiver keep their order in the program.
        std::size_t at = 0;
        for (const Command& tell : tells_[static_cast<std::size_t>(index)]) {
            at = static_cast<std::size_t>(
                dice_.between(static_cast<int>(at), static_cast<int>(program.size())));
            program.insert(program.begin() + static_cast<std::ptrdiff_t>(at), tell);
            ++at;
        }
        int left = expected.notes;
        while (left > 0) {
            const int some = dice_.between(1, left);
            const int place = dice_.between(0, static_cast<int>(program.size()));
            program.insert(program.begin() + place, Command{Kind::receive, {}, some});
            left -= some;
        }
        root.program = std::move(program);
        workload_.roots.push_back(std::move(root));
    }

    /// `top`: it may continue as new.
    std::vector<Command> commands(const std::string& workflow, int count, int depth, bool top) {
        std::vector<Command> drawn;
        for (int i = 0; i < count; ++i) drawn.push_back(command(workflow, depth, top));
        return drawn;
    }

    Command command(const std::string& workflow, int depth, bool top) {
        static const std::vector<Kind> simple{Kind::add,   Kind::add,    Kind::add,  Kind::add_here,
                                              Kind::book,  Kind::book,   Kind::send, Kind::sleep,
                                              Kind::sleep, Kind::add_few};
        static const std::vector<Kind> composed{Kind::child, Kind::leave, Kind::all, Kind::guarded};
        if (top && dice_.one_in(6)) return {Kind::go_on};
        Command drawn;
        drawn.kind = depth > 0 && dice_.one_in(3) ? dice_.one_of(composed) : dice_.one_of(simple);
        Expected& expected = workload_.expected[workflow];
        switch (drawn.kind) {
            case Kind::sleep:
                drawn.amount = dice_.between(1, 3000);
                break;
            case Kind::child:
            case Kind::leave:
                drawn.name = workflow + "/" + std::to_string(++children_);
                drawn.branches.push_back(commands(drawn.name, dice_.between(1, 3), depth - 1, true));
                if (drawn.kind == Kind::child)
                    workload_.expected[workflow].sum += workload_.expected[drawn.name].sum;
                break;
            case Kind::all:
                for (int i = dice_.between(2, 3); i > 0; --i) {
                    drawn.branches.push_back(commands(workflow, dice_.between(1, 2), depth - 1, false));
                }
                break;
            case Kind::guarded:
                // No semaphore inside of another one: nobody waits in a circle.
                drawn.name = "unit-" + std::to_string(dice_.between(1, 2));
                drawn.branches.push_back(commands(workflow, dice_.between(1, 2), 0, false));
                break;
            default:
                draw_order(drawn, expected);
        }
        return drawn;
    }

    void draw_order(Command& drawn, Expected& expected) {
        drawn.name = "account-" + std::to_string(dice_.between(1, 5));
        drawn.amount = dice_.between(1, 100);
        drawn.failures = dice_.one_in(4) ? dice_.between(1, 2) : 0;
        if (drawn.kind == Kind::send) {
            ++expected.sends;
            return;
        }
        expected.sum += drawn.amount;
        if (drawn.kind == Kind::book) {
            workload_.booked += drawn.amount;
        } else {
            workload_.accounts[drawn.name] += drawn.amount;
        }
    }

    Dice dice_;
    Workload workload_;
    std::vector<std::string> names_;
    std::vector<std::vector<Command>> tells_;
    std::map<std::string, int> waiting_;
    int children_ = 0;
};

}  // namespace

durable::WorkflowRegistry program_workflows() {
    durable::WorkflowRegistry workflows;
    workflows.add(interpret, run_interpret);
    return workflows;
}

Workload draw_workload(Dice dice) {
    return Draw{dice}.workload();
}

}  // namespace simulation
