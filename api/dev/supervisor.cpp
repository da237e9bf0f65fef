#include "api/dev/supervisor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace callflex {
namespace {

std::string describe_end(int status) {
    if (WIFSIGNALED(status)) {
        return fmt::format("killed by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
    }
    return fmt::format("exit code {}", WEXITSTATUS(status));
}

/// Our environment with the child's on top, as "NAME=value" lines.
std::vector<std::string> environment_of(const ProcessSpec& spec) {
    std::vector<std::string> lines;
    for (char** entry = ::environ; *entry != nullptr; ++entry) {
        const std::string line = *entry;
        if (!spec.environment.contains(line.substr(0, line.find('=')))) lines.push_back(line);
    }
    for (const auto& [name, value] : spec.environment) lines.push_back(name + "=" + value);
    return lines;
}

std::vector<char*> pointers_to(const std::vector<std::string>& lines) {
    std::vector<char*> pointers;
    pointers.reserve(lines.size() + 1);
    for (const auto& line : lines) pointers.push_back(const_cast<char*>(line.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace

Supervisor::Supervisor(std::filesystem::path program, std::filesystem::path logs)
    : program_(std::move(program)), logs_(std::move(logs)) {
    std::filesystem::create_directories(logs_);
}

Supervisor::~Supervisor() {
    stop(std::chrono::seconds{5});
}

pid_t Supervisor::spawn(const ProcessSpec& spec) const {
    // Everything is allocated before the fork: the child may only make async-signal-safe calls.
    std::vector<std::string> arguments = spec.arguments;
    arguments.insert(arguments.begin(), program_.string());
    const std::vector<std::string> environment = environment_of(spec);
    const std::vector<char*> argv = pointers_to(arguments);
    const std::vector<char*> envp = pointers_to(environment);
    const std::filesystem::path log = log_of(spec.name);
    const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (output < 0) throw std::runtime_error(fmt::format("open {}: {}", log.string(), std::strerror(errno)));

    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child != 0) {
        ::close(output);
        if (child < 0) throw std::runtime_error(fmt::format("fork: {}", std::strerror(errno)));
        return child;
    }
    // A group of its own: Ctrl-C reaches the supervisor alone, which then stops the children in order.
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(0);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
}

pid_t Supervisor::start(ProcessSpec spec) {
    const pid_t pid = spawn(spec);
    children_.push_back({std::move(spec), pid, std::chrono::steady_clock::now()});
    return pid;
}

std::vector<Supervisor::Died> Supervisor::tend() {
    std::vector<Died> died;
    const auto now = std::chrono::steady_clock::now();
    for (Child& child : children_) {
        int status = 0;
        if (child.pid > 0 && ::waitpid(child.pid, &status, WNOHANG) == child.pid) {
            died.push_back({child.spec.name, child.pid, describe_end(status), 0});
            child.pid = 0;
        }
        // A child that dies at once must not be restarted in a tight loop.
        if (child.pid == 0 && now - child.started >= std::chrono::seconds{1}) {
            child.pid = spawn(child.spec);
            child.started = now;
            if (!died.empty() && died.back().name == child.spec.name) died.back().replacement = child.pid;
        }
    }
    return died;
}

void Supervisor::stop(std::chrono::milliseconds patience) {
    for (const Child& child : children_) {
        if (child.pid > 0) ::kill(child.pid, SIGTERM);
    }
    const auto give_up = std::chrono::steady_clock::now() + patience;
    for (Child& child : children_) {
        while (child.pid > 0 && ::waitpid(child.pid, nullptr, WNOHANG) == 0) {
            if (std::chrono::steady_clock::now() > give_up) {
                ::kill(child.pid, SIGKILL);
                ::waitpid(child.pid, nullptr, 0);
                break;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
    }
    children_.clear();
}

std::vector<std::pair<std::string, pid_t>> Supervisor::running() const {
    std::vector<std::pair<std::string, pid_t>> result;
    for (const Child& child : children_) {
        if (child.pid > 0) result.emplace_back(child.spec.name, child.pid);
    }
    return result;
}

}  // namespace callflex
