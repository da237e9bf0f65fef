#include "tests/support/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "tests/support/eventually.hpp"

namespace test {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace

Program::Program(std::vector<std::string> command, std::vector<std::string> environment,
                 std::filesystem::path log)
    : log_(std::move(log)) {
    if (const char* options = std::getenv("ASAN_OPTIONS"))
        environment.push_back(std::string{"ASAN_OPTIONS="} + options);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log_.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    const int error = ::posix_spawn(&pid_, command.front().c_str(), &actions, nullptr,
                                    pointers_to(command).data(), pointers_to(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        throw std::runtime_error(fmt::format("cannot start {}: {}", command.front(), std::strerror(error)));
    }
}

Program::~Program() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

std::string Program::said() const {
    return text_of(log_);
}

int Program::number_after(const std::string& words) const {
    std::size_t at = std::string::npos;
    const bool came = eventually([&] {
        const std::string text = said();
        const auto found = text.find(words);
        if (found == std::string::npos || text.find('\n', found) == std::string::npos) return false;
        at = found + words.size();
        return true;
    });
    return came ? std::atoi(said().c_str() + at) : 0;
}

int Program::stop() {
    ::kill(pid_, SIGTERM);
    return wait();
}

int Program::wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace test
