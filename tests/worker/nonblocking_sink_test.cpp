#include "engine/worker/nonblocking_sink.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spdlog/logger.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include "engine/worker/log.hpp"

using durable::worker::NonblockingSink;

namespace {

/// Takes up to 64 KiB: 16 pages.
class Pipe {
  public:
    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        reader_ = ends[0];
        writer_ = ends[1];
        REQUIRE(::fcntl(reader_, F_SETFL, O_NONBLOCK) == 0);
    }
    ~Pipe() {
        close_reader();
        ::close(writer_);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    [[nodiscard]] int writer() const { return writer_; }
    [[nodiscard]] std::string read() const {
        std::array<char, 65536> bytes{};
        const ssize_t got = ::read(reader_, bytes.data(), bytes.size());
        return got > 0 ? std::string(bytes.data(), static_cast<std::size_t>(got)) : std::string{};
    }
    void close_reader() {
        if (reader_ >= 0) ::close(reader_);
        reader_ = -1;
    }

  private:
    int reader_ = -1;
    int writer_ = -1;
};

struct Logged {
    explicit Logged(int descriptor, std::size_t waiting_max = NonblockingSink::usual_waiting_max)
        : sink(std::make_shared<NonblockingSink>(descriptor, waiting_max)), logger("test", sink) {
        logger.set_pattern("%v");
    }
    std::shared_ptr<NonblockingSink> sink;
    spdlog::logger logger;
};

/// 100 bytes with its end.
std::string line(int number) {
    const std::string text = "line " + std::to_string(number) + " ";
    return text + std::string(99 - text.size(), '.');
}

}  // namespace

TEST_CASE("lines that find no room wait, in order, and nobody waits for them") {
    Pipe pipe;
    Logged log{pipe.writer()};
    std::string expected;
    for (int number = 0; number < 2000; ++number) {
        log.logger.info(line(number));
        expected += line(number) + "\n";
    }
    std::string text;
    for (std::string piece = pipe.read(); !piece.empty(); piece = pipe.read()) {
        text += piece;
        log.logger.flush();
    }
    CHECK(text == expected);
    CHECK(log.sink->dropped() == 0);
}

TEST_CASE("who logs once there is room writes what has waited") {
    Pipe pipe;
    Logged log{pipe.writer()};
    for (int number = 0; number < 1000; ++number) log.logger.info(line(number));
    std::string text = pipe.read();
    CHECK(text.size() < 1000 * 100);
    log.logger.info("room again");
    text += pipe.read();
    CHECK(text.size() == 1000 * 100 + 11);
    CHECK(text.substr(1000 * 100) == "room again\n");
}

TEST_CASE("what would wait beyond the limit is dropped, whole lines at a time, and counted") {
    Pipe pipe;
    Logged log{pipe.writer(), 1000};
    std::string all;
    for (int number = 0; number < 1000; ++number) {
        log.logger.info(line(number));
        all += line(number) + "\n";
    }
    std::string text = pipe.read();
    log.logger.flush();
    text += pipe.read();
    CHECK(log.sink->dropped() > 0);
    CHECK(text == all.substr(0, (1000 - log.sink->dropped()) * 100));
    const auto dropped = log.sink->dropped();
    log.logger.info("room again");
    CHECK(pipe.read() == "room again\n");
    CHECK(log.sink->dropped() == dropped);
}

TEST_CASE("a line that is longer than the pipe arrives whole") {
    Pipe pipe;
    Logged log{pipe.writer()};
    const std::string text(200'000, 'x');
    log.logger.info(text);
    std::string got;
    for (std::string piece = pipe.read(); !piece.empty(); piece = pipe.read()) {
        got += piece;
        log.logger.flush();
    }
    CHECK(got == text + "\n");
}

TEST_CASE("neither a full disk nor a reader who has gone ends the process that logs") {
    SUBCASE("disk") {
        const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
        REQUIRE(full >= 0);
        Logged log{full, 250};
        for (int number = 0; number < 5; ++number) log.logger.info(line(number));
        CHECK(log.sink->dropped() == 3);
        ::close(full);
    }
    SUBCASE("reader") {
        Pipe pipe;
        pipe.close_reader();
        Logged log{pipe.writer(), 250};
        for (int number = 0; number < 5; ++number) log.logger.info(line(number));
        CHECK(log.sink->dropped() == 3);
    }
}

TEST_CASE("a log's format is that of its sink") {
    Pipe pipe;
    const auto logger =
        std::make_shared<spdlog::logger>("test", std::make_shared<NonblockingSink>(pipe.writer()));
    const durable::worker::Log log{logger, durable::worker::LogFormat::json};
    log.warn("lines dropped", {{"lines", "3"}});
    const std::string text = pipe.read();
    CHECK(text.find(R"("level":"warning","event":"lines dropped","lines":"3"})") != std::string::npos);
    CHECK(text.back() == '\n');
}
