#include "engine/worker/retention_loop.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <system_error>
#include <utility>

#include "engine/store/retention.hpp"

namespace durable::worker {
namespace {

constexpr int page = 200;

class File {
  public:
    explicit File(const std::filesystem::path& path)
        : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640)) {
        if (file_ < 0) fail("open", path);
    }
    ~File() { ::close(file_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void write(const std::string& bytes, const std::filesystem::path& path) const {
        for (std::size_t done = 0; done < bytes.size();) {
            const auto written = ::write(file_, bytes.data() + done, bytes.size() - done);
            if (written < 0) fail("write", path);
            done += static_cast<std::size_t>(written);
        }
        if (::fsync(file_) != 0) fail("flush", path);
    }

  private:
    [[noreturn]] static void fail(const char* what, const std::filesystem::path& path) {
        throw std::system_error(errno, std::generic_category(),
                                fmt::format("cannot {} {}", what, path.string()));
    }
    int file_;
};

}  // namespace

std::filesystem::path archive_path(const std::filesystem::path& folder, RunId run) {
    std::uint64_t milliseconds = 0;
    for (std::size_t i = 0; i < 6; ++i) milliseconds = milliseconds << 8U | run.value.bytes[i];
    const std::chrono::sys_time<std::chrono::milliseconds> started{
        std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)}};
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(started)};
    return folder / fmt::format("{:04}", int{day.year()}) / fmt::format("{:02}", unsigned{day.month()}) /
           (run.value.to_string() + ".jsonl.zst");
}

void write_archive(const std::filesystem::path& path, const std::string& bytes) {
    std::filesystem::create_directories(path.parent_path());
    const std::filesystem::path unfinished = path.string() + ".part";
    {
        const File file{unfinished};
        file.write(bytes, unfinished);
    }
    std::filesystem::rename(unfinished, path);
    const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    static_cast<void>(::fsync(folder));
    ::close(folder);
}

RetentionLoop::RetentionLoop(std::string connection_string, RetentionOptions options, Observer observer)
    : connection_(std::move(connection_string)),
      options_(std::move(options)),
      observer_(std::move(observer)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

RetentionLoop::~RetentionLoop() {
    thread_.request_stop();
    thread_.join();
}

void RetentionLoop::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        try {
            observer_.passed(pass(stop));
        } catch (const std::exception& error) {
            observer_.trouble(std::string{"retention: "} + error.what());
        }
        std::unique_lock lock{mutex_};
        wake_.wait_for(lock, stop, options_.every, [] { return false; });
    }
}

RetentionLoop::Pass RetentionLoop::pass(const std::stop_token& stop) {
    Pass pass;
    std::optional<RunId> after;
    while (!stop.stop_requested() && remove_page(pass, after)) {
    }
    connection_.transact([&](pqxx::transaction_base& tx) {
        if (!store::lock_retention(tx)) return;
        pass.names_forgotten = store::forget_workflow_ids(tx, options_.names_kept);
        pass.payloads_swept = store::sweep_payloads(tx);
    });
    return pass;
}

bool RetentionLoop::remove_page(Pass& pass, std::optional<RunId>& after) {
    bool more = false;
    connection_.transact([&](pqxx::transaction_base& tx) {
        if (!store::lock_retention(tx)) return;
        const auto expired = store::expired_runs(tx, after, page, !options_.export_folder.empty());
        std::vector<RunId> runs;
        for (const store::ExpiredRun& each : expired) {
            runs.push_back(each.run);
            if (!each.export_first) continue;
            export_run(tx, each.run);
            ++pass.exported;
        }
        if (runs.empty()) return;
        pass.removed += store::forget_runs(tx, runs);
        after = runs.back();
        more = expired.size() == page;
    });
    return more;
}

void RetentionLoop::export_run(pqxx::transaction_base& tx, RunId run) const {
    const auto archive = store::archive_of(tx, run);
    if (archive) write_archive(archive_path(options_.export_folder, run), *archive);
}

}  // namespace durable::worker
