#include "api/cluster/private_cluster.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <optional>
#include <thread>

namespace callflex {
namespace fs = std::filesystem;
namespace {

constexpr const char* server_user = "postgres";

struct User {
    uid_t uid;
    gid_t gid;
};

/// Whom the server runs as: nullopt means "as ourselves".
std::optional<User> other_user() {
    if (::geteuid() != 0) return std::nullopt;
    const passwd* entry = ::getpwnam(server_user);
    if (entry == nullptr) {
        throw ClusterError(
            "Postgres refuses to run as root and there is no user 'postgres': run scripts/setup");
    }
    return User{entry->pw_uid, entry->pw_gid};
}

void give_to_server_user(const fs::path& path) {
    if (auto user = other_user(); user && ::chown(path.c_str(), user->uid, user->gid) != 0) {
        throw ClusterError(fmt::format("chown {}: {}", path.string(), std::strerror(errno)));
    }
}

/// Starts a program as the server's user, its output appended to `log`. Async-signal-safe after the fork.
pid_t spawn(const std::vector<std::string>& arguments, const fs::path& log, bool die_with_us) {
    const auto user = other_user();
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (output < 0) throw ClusterError(fmt::format("open {}: {}", log.string(), std::strerror(errno)));

    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child != 0) {
        ::close(output);
        if (child < 0) throw ClusterError(fmt::format("fork: {}", std::strerror(errno)));
        return child;
    }
    ::setsid();
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (user && (::setgid(user->gid) != 0 || ::setuid(user->uid) != 0)) ::_exit(126);
    // After setuid, which clears it. SIGINT is Postgres' fast shutdown.
    if (die_with_us) {
        ::prctl(PR_SET_PDEATHSIG, SIGINT);
        if (::getppid() != parent) ::_exit(0);
    }
    if (::chdir("/") != 0) ::_exit(126);
    ::execv(argv[0], argv.data());
    ::_exit(127);
}

/// As root the server runs as another user, who must be able to walk down to its data: home directories often
/// forbid it.
void require_reachable(const fs::path& directory) {
    if (!other_user()) return;
    for (fs::path above = directory.parent_path(); above != above.root_path(); above = above.parent_path()) {
        const auto mode = fs::status(above).permissions();
        if ((mode & fs::perms::others_exec) == fs::perms::none) {
            throw ClusterError(fmt::format(
                "the user 'postgres', as whom the server runs, cannot enter {}: choose a data directory "
                "outside of it, such as /var/lib/callflex-dev",
                above.string()));
        }
    }
}

/// A new, empty directory `<base>/<prefix>XXXXXX`.
fs::path make_directory(const fs::path& base, const std::string& prefix) {
    std::string name = (base / (prefix + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw ClusterError(fmt::format("mkdtemp {}: {}", name, std::strerror(errno)));
    }
    return name;
}

/// On disk when durability matters: a commit to memory costs nothing and proves nothing.
fs::path temporary_base(bool durable) {
    std::error_code ignored;
    const bool memory = !durable && fs::is_directory("/dev/shm", ignored);
    return memory ? fs::path{"/dev/shm"} : fs::temp_directory_path();
}

}  // namespace

fs::path PrivateCluster::server_binaries() {
    const fs::path root = "/usr/lib/postgresql";
    int newest = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root, error)) {
        const std::string name = entry.path().filename();
        const bool number = !name.empty() && std::all_of(name.begin(), name.end(),
                                                         [](char c) { return c >= '0' && c <= '9'; });
        if (number && fs::exists(entry.path() / "bin" / "postgres"))
            newest = std::max(newest, std::stoi(name));
    }
    if (newest < 15) {
        throw ClusterError(
            "no Postgres server 15 or newer below /usr/lib/postgresql: run scripts/setup, or install "
            "the package postgresql-15");
    }
    return root / std::to_string(newest) / "bin";
}

PrivateCluster::PrivateCluster(ClusterOptions options) : options_(std::move(options)) {
    temporary_ = options_.data_directory.empty();
    if (temporary_) {
        data_ = make_directory(temporary_base(options_.durable), "callflex-");
    } else {
        data_ = fs::absolute(options_.data_directory);
        fs::create_directories(data_);
        require_reachable(data_);
    }
    // A Unix socket's path is limited to 107 bytes: it never lives below a deep data directory.
    socket_ = make_directory(temporary_base(options_.durable), "callflex-pg-");
    give_to_server_user(socket_);
    fs::permissions(socket_, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                                 fs::perms::others_read | fs::perms::others_exec);
    try {
        if (!fs::exists(data_ / "PG_VERSION")) initialise();
        start();
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(socket_, ignored);
        if (temporary_) fs::remove_all(data_, ignored);
        throw;
    }
}

PrivateCluster::~PrivateCluster() {
    stop();
    std::error_code ignored;
    fs::remove_all(socket_, ignored);
    if (temporary_) fs::remove_all(data_, ignored);
}

void PrivateCluster::initialise() {
    give_to_server_user(data_);
    fs::permissions(data_, fs::perms::owner_all);
    const fs::path log = socket_ / "initdb.log";
    const pid_t child =
        spawn({server_binaries() / "initdb", "--pgdata", data_, "--username=postgres", "--auth=trust",
               "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-sync"},
              log, true);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        std::ifstream in(log);
        const std::string said{std::istreambuf_iterator<char>(in), {}};
        throw ClusterError(fmt::format("initdb in {} failed: {}", data_.string(), said));
    }
}

void PrivateCluster::write_settings() const {
    std::ofstream conf(data_ / "callflex.conf", std::ios::trunc);
    conf << "listen_addresses = ''\n"
         << fmt::format("unix_socket_directories = '{}'\n", socket_.string())
         << fmt::format("max_connections = {}\n", options_.connections_max)
         << "shared_buffers = 512MB\nmax_wal_size = 4GB\njit = off\n"
            // Rows of live tables live for seconds: once a minute is too seldom.
            "autovacuum_naptime = 5s\ntimezone = 'UTC'\nlog_timezone = 'UTC'\n"
         // Never a parameter of a statement in the server's log: transcripts travel through them.
         << "log_parameter_max_length = 0\nlog_parameter_max_length_on_error = 0\n";
    if (!options_.durable) conf << "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n";
    for (const auto& [name, value] : options_.settings) conf << fmt::format("{} = '{}'\n", name, value);
    conf.close();
    if (!conf) throw ClusterError(fmt::format("cannot write {}", (data_ / "callflex.conf").string()));
    give_to_server_user(data_ / "callflex.conf");

    const fs::path main_file = data_ / "postgresql.conf";
    std::ifstream in(main_file);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (text.find("callflex.conf") == std::string::npos) {
        std::ofstream{main_file, std::ios::app} << "\ninclude 'callflex.conf'\n";
    }
}

void PrivateCluster::start() {
    if (std::ifstream pid_file{data_ / "postmaster.pid"}; pid_file) {
        pid_t other = 0;
        pid_file >> other;
        if (other > 0 && ::kill(other, 0) == 0) {
            throw ClusterError(
                fmt::format("the data directory {} is in use by process {}: stop that `callflex dev`, "
                            "or give another directory",
                            data_.string(), other));
        }
    }
    write_settings();
    std::error_code ignored;
    fs::remove(data_ / "postmaster.pid", ignored);
    if (!fs::exists(log_file())) std::ofstream{log_file()};
    give_to_server_user(log_file());
    server_ = spawn({server_binaries() / "postgres", "-D", data_}, log_file(), true);
    wait_until_ready(std::chrono::seconds{60});
}

void PrivateCluster::wait_until_ready(std::chrono::seconds limit) {
    // The eighth line of postmaster.pid says "ready", or "standby": the same signs that pg_ctl waits for.
    const auto give_up = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < give_up) {
        if (::waitpid(server_, nullptr, WNOHANG) == server_) {
            server_ = -1;
            throw ClusterError("Postgres did not start: " + last_words());
        }
        std::ifstream pid_file(data_ / "postmaster.pid");
        std::string line;
        for (int number = 1; number <= 8 && std::getline(pid_file, line); ++number) {
            if (number == 8 && (line.starts_with("ready") || line.starts_with("standby"))) return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    stop(Stop::immediate);
    throw ClusterError(fmt::format("Postgres was not ready after {} s: {}", limit.count(), last_words()));
}

std::string PrivateCluster::last_words() const {
    std::ifstream in(log_file());
    std::string text{std::istreambuf_iterator<char>(in), {}};
    constexpr std::size_t enough = 2000;
    if (text.size() > enough) text.erase(0, text.size() - enough);
    return text;
}

void PrivateCluster::stop(Stop how) {
    if (server_ <= 0) return;
    ::kill(server_, how == Stop::fast ? SIGINT : SIGQUIT);
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (::waitpid(server_, nullptr, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > patience) {
            ::kill(server_, SIGKILL);
            ::waitpid(server_, nullptr, 0);
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    server_ = -1;
}

std::string PrivateCluster::url(const std::string& database, const std::string& user) const {
    return fmt::format("postgresql:///{}?host={}&user={}", database, socket_.string(), user);
}

}  // namespace callflex
