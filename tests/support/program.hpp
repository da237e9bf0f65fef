#pragma once
// A program under test as a process of its own, with exactly the environment that it is given and its output in a
// file.

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace test {

class Program {
  public:
    /// `environment`: "NAME=value". Throws std::runtime_error if it cannot be started.
    Program(std::vector<std::string> command, std::vector<std::string> environment,
            std::filesystem::path log);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// What it has printed so far.
    [[nodiscard]] std::string said() const;
    /// The first number after `words` in what it prints; waits for it. 0 if it never comes.
    [[nodiscard]] int number_after(const std::string& words) const;
    /// SIGTERM, and its exit code; -1 when it did not exit by itself.
    int stop();
    /// Waits for its end; its exit code.
    int wait();

  private:
    std::filesystem::path log_;
    pid_t pid_ = -1;
};

[[nodiscard]] std::string text_of(const std::filesystem::path& file);

}  // namespace test
