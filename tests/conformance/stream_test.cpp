// The bar of continue-as-new: a chain that goes on as new again and again under senders who never pause. A thousand
// messages; at full size some seconds of at least a thousand a second.

#include <chrono>
#include <thread>

#include "tests/conformance/till.hpp"
#include "tests/support/figures.hpp"

namespace conformance {
namespace {

using durable::Task;
using durable::Workflow;
using durable::client::Client;
using durable::store::SendResult;
using durable::testing::TestEnvironment;

constexpr int senders = 8;
constexpr int a_run = 10;  ///< messages that one run receives

struct Letter {
    int sender = 0;
    int number = 0;  ///< from 1, by sender; 0: nobody sends any more
};
BOOST_DESCRIBE_STRUCT(Letter, (), (sender, number))
struct Sorted {
    std::vector<int> received{};  ///< by sender
    int misplaced = 0;            ///< that did not follow their sender's last one
};
BOOST_DESCRIBE_STRUCT(Sorted, (), (received, misplaced))

constexpr durable::WorkflowType<Sorted, Sorted> sorting{"sorting"};
constexpr durable::Signal<Letter> letter{"letter"};

Task<Sorted> sort_letters(Workflow& wf, Sorted sorted) {
    for (int i = 0; i < a_run; ++i) {
        const Letter next = co_await wf.signals(letter).receive();
        if (next.number == 0) co_return sorted;
        int& last = sorted.received.at(static_cast<std::size_t>(next.sender));
        sorted.misplaced += next.number == last + 1 ? 0 : 1;
        ++last;
    }
    wf.continue_as_new(sorted);
}

int messages_wanted() {
    return test::sized(1000, 8000);
}
std::chrono::seconds time_wanted() {
    return std::chrono::seconds{test::sized(0, 8)};
}

/// One of those who send without pause, its own share in order.
class Sender {
  public:
    Sender(std::string url, int number) : url_(std::move(url)), number_(number) {}

    /// At least so many, for at least so long.
    void send(int share, std::chrono::steady_clock::time_point until) {
        Client client{{.connection_string = url_}};
        while (sent < share || std::chrono::steady_clock::now() < until) send_next(client);
    }

    int sent = 0;
    int refused = 0;  ///< that were not delivered
    int doubled = 0;  ///< repeats that were delivered again

  private:
    void send_next(Client& client) {
        const std::string id = std::to_string(number_) + "-" + std::to_string(++sent);
        const Letter next{.sender = number_, .number = sent};
        if (client.signal(named("sorting"), letter, next, id) != SendResult::delivered) ++refused;
        const bool repeat = sent % 10 == 0;
        if (repeat && client.signal(named("sorting"), letter, next, id) != SendResult::duplicate) ++doubled;
    }

    std::string url_;
    int number_;
};

}  // namespace

TEST_CASE("2.4 continue-as-new under a stream of signals: none lost, none twice, in order, never starved") {
    TestEnvironment env;
    env.add(sorting, sort_letters);
    const auto run = env.start(sorting, {.received = std::vector<int>(senders, 0)}, "sorting");
    std::vector<std::unique_ptr<Sender>> crowd;
    for (int who = 0; who < senders; ++who)
        crowd.push_back(std::make_unique<Sender>(env.database().url(), who));

    const auto begun = std::chrono::steady_clock::now();
    std::vector<std::jthread> threads;
    for (auto& sender : crowd)
        threads.emplace_back([&] { sender->send(messages_wanted() / senders, begun + time_wanted()); });
    threads.clear();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    const int under_fire = number(env, "select count(*) from engine.runs");
    env.signal(run, letter, {});
    const Sorted sorted = env.result(sorting, run);

    std::vector<int> sent;
    int all = 0;
    for (const auto& sender : crowd) {
        CHECK(sender->refused == 0);
        CHECK(sender->doubled == 0);
        sent.push_back(sender->sent);
        all += sender->sent;
    }
    CHECK(sorted.received == sent);
    CHECK(sorted.misplaced == 0);
    // It kept going while it was written to, not only afterwards. A busy machine slows it down, not the senders.
    CHECK(under_fire * a_run > (test::full_size() ? all / 20 : 0));
    CHECK(number(env, "select count(*) from engine.runs") == all / a_run + 1);
    test::figure("signals", all);
    test::figure("sent in a second", static_cast<int>(all / took.count()));
    test::figure("runs of the chain meanwhile", under_fire);
    test::figure("lost, doubled or misplaced", static_cast<int>(sorted.received != sent) + sorted.misplaced);
    if (test::full_size()) CHECK(all / took.count() >= 1000);
    must_be_sound(env);
}

}  // namespace conformance
