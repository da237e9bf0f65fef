// The ingress as a process of its own, killed with -9: what it acknowledged is there, and nothing is there
// twice.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <pqxx/pqxx>
#include <thread>

#include "api/bench/ingress_load.hpp"
#include "tests/ingress/world.hpp"

using callflex::ingress::CommitPoint;
using test::World;
using namespace std::chrono_literals;

namespace {

/// A forked ingress; killed at the end at the latest.
class Child {
  public:
    explicit Child(callflex::ingress::IngressOptions options) {
        int port_pipe[2];
        REQUIRE(::pipe(port_pipe) == 0);
        pid_ = ::fork();
        if (pid_ == 0) serve(std::move(options), port_pipe[1]);
        ::close(port_pipe[1]);
        REQUIRE(::read(port_pipe[0], &port_, sizeof port_) == sizeof port_);
        ::close(port_pipe[0]);
    }
    ~Child() { kill(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    void kill() {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
        wait();
    }
    void wait() {
        if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

  private:
    [[noreturn]] static void serve(callflex::ingress::IngressOptions options, int port_pipe) {
        callflex::ingress::Ingress ingress{std::move(options)};
        ingress.start();
        const std::uint16_t port = ingress.port();
        if (::write(port_pipe, &port, sizeof port) != sizeof port) ::_exit(1);
        while (true) ::pause();
    }

    pid_t pid_ = 0;
    std::uint16_t port_ = 0;
};

/// A database with its organization; the ingress of the world itself is stopped, so that forking is safe.
struct Stopped {
    Stopped() { world.ingress.reset(); }
    World world;
};

}  // namespace

TEST_CASE("killed under load, the ingress has lost nothing that it acknowledged") {
    const Stopped stopped;
    std::vector<std::string> acknowledged;
    for (int round = 0; round < 3; ++round) {
        Child child{stopped.world.options};
        callflex::bench::IngressLoadOptions load;
        load.port = child.port();
        load.reporters = {{World::organization, World::secret}};
        load.connections = 16;
        load.duration = 20s;
        callflex::bench::IngressLoadResult result;
        std::jthread sender{[&] { result = callflex::bench::run_ingress_load(load); }};
        const auto deadline = std::chrono::steady_clock::now() + load.duration;
        const auto enough = std::to_string((round + 1) * 100);
        while (std::stoll(stopped.world.value("select count(*) from app.calls")) < std::stoll(enough)) {
            REQUIRE(std::chrono::steady_clock::now() < deadline);
        }
        child.kill();
        sender.join();
        CHECK(result.broken == 16);
        acknowledged.insert(acknowledged.end(), result.acknowledged.begin(), result.acknowledged.end());
    }
    pqxx::connection connection{stopped.world.database.owner_url()};
    pqxx::work tx{connection};
    for (const auto& call : acknowledged) {
        const auto found = tx.exec_params(
            "select (select count(*) from app.calls where vendor_call_id = $1 and status = 'ended'), (select "
            "count(*) "
            "from engine.workflow_ids where workflow_id = 'call-processing-' || $1)",
            call);
        REQUIRE(found[0][0].as<int>() == 1);
        REQUIRE(found[0][1].as<int>() == 1);
    }
    CHECK(acknowledged.size() > 100);
    const std::string calls = stopped.world.value("select count(*) from app.calls");
    CHECK(stopped.world.rows() == fmt::format("{} {} {}", calls, calls, calls));
}

TEST_CASE("killed at each point of a commit, all or nothing is there, and the sender's repeat makes it one") {
    for (const auto point :
         {CommitPoint::before_transaction, CommitPoint::before_commit, CommitPoint::after_commit}) {
        const Stopped stopped;
        callflex::ingress::IngressOptions dying = stopped.world.options;
        dying.on_commit_point = [point](CommitPoint reached) {
            if (reached == point) ::kill(::getpid(), SIGKILL);
        };
        Child first{dying};
        const std::string request =
            test::signed_request(World::organization, test::report_of("dying"), World::secret);
        CHECK_FALSE(test::exchange(first.port(), request));
        first.wait();
        CHECK(stopped.world.rows() == (point == CommitPoint::after_commit ? "1 1 1" : "0 0 0"));
        const Child second{stopped.world.options};
        const auto answer = test::exchange(second.port(), request);
        REQUIRE(answer);
        CHECK(answer->status == 200);
        CHECK(stopped.world.rows() == "1 1 1");
    }
}
