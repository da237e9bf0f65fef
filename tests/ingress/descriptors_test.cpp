// A process may hold so many open files: what the ingress does when it has no more.

#include <doctest/doctest.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <boost/system/error_code.hpp>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <vector>

#include "tests/ingress/world.hpp"
#include "tests/support/eventually.hpp"

namespace {

/// This process may hold `more` files beside those that are open now; as before when it is over.
class FewDescriptors {
  public:
    explicit FewDescriptors(std::size_t more) {
        // UBSan looks at the first object of a class through a pipe, for which no descriptors will be left: what
        // the ingress will log is logged before.
        spdlog::warn("about to run out of descriptors: {}",
                     boost::system::error_code{EMFILE, boost::system::system_category()}.message());
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const auto open = static_cast<std::size_t>(std::distance(
            std::filesystem::directory_iterator{"/proc/self/fd"}, std::filesystem::directory_iterator{}));
        rlimit few = before_;
        few.rlim_cur = open + more;
        in_force_ = ::setrlimit(RLIMIT_NOFILE, &few) == 0;
    }
    ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;
    [[nodiscard]] bool in_force() const { return in_force_; }

  private:
    rlimit before_{};
    bool in_force_ = false;
};

int sessions_of_ingress(const test::World& world) {
    return std::stoi(
        world.value("select count(*) from pg_stat_activity "
                    "where application_name = 'callflex-ingress' and datname = current_database()"));
}

}  // namespace

TEST_CASE(
    "F20: out of descriptors, the ingress serves whom it has, and the others as soon as there are some") {
    // For webhooks, transactions and tool calls each: more than have had work yet.
    constexpr int committers = 4;
    const test::World world{[](auto& options) { options.committers = committers; }};
    REQUIRE(world.post(test::report_of("before"))->status == 200);
    test::RawClient regular{world.port()};
    const auto report = [&](const std::string& call) {
        regular.send(
            test::signed_request(test::World::organization, test::report_of(call), test::World::secret));
        return regular.read();
    };
    REQUIRE(report("on-one-connection")->status == 200);
    constexpr int sessions = 3 * committers + 1;  // the last one reads credentials
    REQUIRE(test::eventually([&] { return sessions_of_ingress(world) == sessions; }));

    constexpr std::size_t crowd_size = 12;
    // Their own ends are open already: what is left is for the ingress', and most wait to be accepted.
    std::vector<std::unique_ptr<test::RawClient>> crowd;
    for (std::size_t i = 0; i < crowd_size; ++i) crowd.push_back(std::make_unique<test::RawClient>());
    {
        const FewDescriptors few{5};
        if (!few.in_force()) {
            MESSAGE("not run: no right to lower the limit of descriptors");
            return;
        }
        for (const auto& client : crowd) {
            client->connect(world.port());
            client->send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        const auto answer = report("while-there-are-none");
        REQUIRE(answer);
        CHECK(answer->status == 200);
    }
    for (const auto& client : crowd) {
        auto answer = client->read();
        // Linux keeps whom it cannot give a descriptor in the line; gVisor's kernel hangs up, and he comes again.
        if (!answer) answer = test::exchange(world.port(), "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
        REQUIRE(answer);
        CHECK(answer->status == 200);
    }
    CHECK(world.post(test::report_of("after"))->status == 200);
    CHECK(world.value("select count(*) from app.calls") == "4");
}
