#include "tests/worker/processes.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace durable::test {
namespace {

[[noreturn]] void work_for_ever(const std::string& url, const std::string& name,
                                const std::function<void(worker::WorkerOptions&, Probe&)>& prepare) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto probe = std::make_shared<Probe>();
    const WorkflowRegistry workflows = test_workflows();
    const worker::ActivityRegistry activities = test_activities(probe);
    worker::WorkerOptions options = worker_options(url, name);
    if (prepare) prepare(options, *probe);
    worker::Worker worker{std::move(options), workflows, activities};
    worker.start();
    worker.wait();
    _exit(0);
}

}  // namespace

WorkerProcess::WorkerProcess(const std::string& url, const std::string& name,
                             const std::function<void(worker::WorkerOptions&, Probe&)>& prepare) {
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) work_for_ever(url, name, prepare);
}

WorkerProcess::~WorkerProcess() {
    if (pid_ > 0) kill();
}

void WorkerProcess::kill() {
    send(SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

bool WorkerProcess::has_ended() {
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return pid_ < 0;
}

void WorkerProcess::freeze() {
    send(SIGSTOP);
    REQUIRE(waitpid(pid_, nullptr, WUNTRACED) == pid_);
}
void WorkerProcess::thaw() {
    send(SIGCONT);
}
void WorkerProcess::send(int signal) const {
    ::kill(pid_, signal);
}

}  // namespace durable::test
